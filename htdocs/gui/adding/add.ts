import type { Commands } from "../actions/commands";
import { describeFailure } from "../commands/failure";
import type { Notices } from "../actions/notices";
import type { Entry } from "./entry";
import { type AddOptions, argumentsOf } from "./options";
import { type AddSource, checkSize } from "./sources";

/** So many are sent at once: more of them would only wait at the server, which keeps 4 MiB for a page. */
const mostUnderWay = 4;
/** Of more torrents a notice tells how many. */
const mostNotices = 3;

/** Has a daemon add everything. Each entry tells what became of it. */
export async function addEntries(
  commands: Pick<Commands, "run">,
  notices: Pick<Notices, "done" | "error">,
  entries: readonly Entry[],
  options: AddOptions,
): Promise<void> {
  const added: string[] = [];
  const present: string[] = [];

  const add = async (entry: Entry) => {
    const action = `Adding ${entry.title}`;
    entry.setOutcome({ kind: "adding" });
    try {
      const what = await read(entry.source);
      const files = entry.preview()?.choices.arguments();
      const result = await commands.run(
        "torrent.add",
        { ...what, ...argumentsOf(options), ...files },
        action,
      );
      const duplicate = result["torrent-duplicate"];
      if (duplicate) present.push(duplicate.name);
      else added.push(result["torrent-added"]?.name ?? entry.title);
      entry.setOutcome({ kind: duplicate ? "present" : "added" });
      const labelsError = result["labels-error"];
      if (labelsError !== undefined)
        notices.error(`“${entry.title}” is added, but has no labels. ${labelsError}`);
    } catch (error) {
      entry.setOutcome({ kind: "failed", message: describeFailure(action, error) });
    }
  };

  for (const entry of entries) entry.setOutcome({ kind: "waiting" });
  const waiting = [...entries];
  const work = async () => {
    for (let entry = waiting.shift(); entry; entry = waiting.shift()) await add(entry);
  };
  await Promise.all(Array.from({ length: mostUnderWay }, work));

  if (present.length > mostNotices) notices.done(`${present.length} torrents were in the list before`);
  else present.forEach((name) => notices.done(`“${name}” was in the list before`));
  if (added.length > mostNotices) notices.done(`Added ${added.length} torrents`);
  else added.forEach((name) => notices.done(`Added “${name}”`));
}

/** A source as torrent.add takes it. */
async function read(source: AddSource): Promise<{ filename: string } | { metainfo: string }> {
  if ("link" in source) return { filename: source.link };
  checkSize(source.file);
  return { metainfo: await readBase64(source.file) };
}

/** A file's bytes in base64. */
function readBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve((reader.result as string).replace(/^[^,]*,/, ""));
    reader.onerror = () => reject(reader.error!);
    reader.readAsDataURL(file);
  });
}
