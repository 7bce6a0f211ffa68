/** What is chosen for each label; undefined where some of the torrents have it and nothing was chosen. */
export type LabelChoices = Record<string, boolean | undefined>;

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** How the torrents are labelled, with all labels that are known. */
export function readChoices(torrents: Iterable<readonly string[]>, known: Iterable<string>): LabelChoices {
  const all = [...torrents];
  const counts = new Map([...known].map((label) => [label, 0]));
  for (const label of all.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts].sort(([left], [right]) => collator.compare(left, right));
  return Object.fromEntries(
    labels.map(([label, count]) => [label, count === 0 ? false : count === all.length || undefined]),
  );
}

/** Why a text cannot be a new label; empty if it can. */
export function labelProblem(text: string, choices: LabelChoices): string {
  if (text.includes(",")) return "A label has no commas.";
  return text.trim() in choices ? "This label is there already." : "";
}

export interface LabelChange {
  hashes: string[];
  labels: string[];
}

/** Which torrents get which labels; those that keep theirs are left out. */
export function labelChanges(
  torrents: ReadonlyMap<string, readonly string[]>,
  choices: LabelChoices,
): LabelChange[] {
  const changes = new Map<string, LabelChange>();
  const added = Object.keys(choices).filter((label) => choices[label]);
  for (const [hash, before] of torrents) {
    const kept = before.filter((label) => choices[label] !== false);
    const labels = [...new Set([...kept, ...added])];
    if (labels.length === before.length && kept.length === before.length) continue;
    const same = changes.get(labels.join());
    if (same) same.hashes.push(hash);
    else changes.set(labels.join(), { hashes: [hash], labels });
  }
  return [...changes.values()];
}
