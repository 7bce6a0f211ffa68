import { createMemo, createSignal, For, onCleanup, Show } from "solid-js";
import { createStore } from "solid-js/store";
import { DialogButtons, DialogFrame } from "../actions/dialog";
import dialogStyles from "../actions/dialog.module.css";
import { useApplication } from "../application";
import { folderProblem } from "../dialogs/folders";
import { addEntries } from "./add";
import styles from "./adding.module.css";
import { createDuplicates } from "./duplicates";
import { createEntries } from "./entries";
import type { Entry } from "./entry";
import { EntryRow } from "./entry-row";
import { OptionFields } from "./option-fields";
import { type AddOptions, defaultOptions } from "./options";
import { type AddSource, isMagnet } from "./sources";
import { listenToTransfers } from "./transfers";

/** Takes links and .torrent files, and shows what is in them. What the daemon refuses stays to be corrected. */
export default function AddDialog(props: { sources?: readonly AddSource[] }) {
  const { commands, connection, daemons, notices, setDialog } = useApplication();
  const entries = createEntries();
  const daemonNames = () => Object.keys(daemons.byName);
  const [options, setOptions] = createStore<AddOptions>({
    ...defaultOptions,
    daemon: daemonNames().length > 1 ? daemonNames()[0] : undefined,
  });
  const [isChoosing, setChoosing] = createSignal(false);
  /** What is being added, while it is. */
  const [underWay, setUnderWay] = createSignal<readonly Entry[]>([]);
  const [opened, setOpened] = createSignal<Entry | "none">();
  const duplicates = createDuplicates(entries.open, () => options.daemon);
  let isShown = true;
  onCleanup(() => (isShown = false));

  entries.add(props.sources ?? []);
  const isOver = listenToTransfers((sources) => {
    entries.add(sources);
    return true;
  });

  const isBusy = () => underWay().length > 0;
  const isDuplicate = ({ hash }: Entry) => hash !== undefined && duplicates()?.has(hash) === true;
  /** Of a single torrent the content is shown at once. */
  const isOpen = (entry: Entry) =>
    opened() === entry || (opened() === undefined && entries.list().length === 1);
  const magnets = () => entries.open().filter(({ source }) => "link" in source && isMagnet(source.link));
  const failed = () => entries.open().filter((entry) => entry.outcome().kind === "failed");
  const needed = createMemo(() =>
    entries.open().reduce((sum, entry) => sum + (entry.preview()?.choices.total().length ?? 0), 0),
  );
  const hasNoFolder = () =>
    options.folder !== undefined &&
    folderProblem(options.folder, daemons.roots(options.daemon ?? daemonNames()[0] ?? "")) !== "";
  const isComplete = () =>
    entries.open().length > 0 &&
    entries.nonsense().length === 0 &&
    !hasNoFolder() &&
    entries.open().every((entry) => entry.preview()?.choices.total().count !== 0);

  const submit = async () => {
    if (!isComplete() || isBusy()) return;
    const chosenLater = isChoosing() ? magnets().filter((entry) => !isDuplicate(entry)) : [];
    const now = entries.open().filter((entry) => !chosenLater.includes(entry));
    setUnderWay(now);
    await addEntries(commands, notices, now, { ...options });
    setUnderWay([]);
    if (!isShown) return tellFailures();
    entries.settle();
    if (failed().length > 0) return;
    const links = chosenLater.flatMap(({ source }) => ("link" in source ? source.link : []));
    setDialog(links.length > 0 ? { kind: "choose-files", links, options: { ...options } } : undefined);
  };
  const tellFailures = () => {
    for (const entry of failed()) {
      const outcome = entry.outcome();
      if (outcome.kind === "failed") notices.error(outcome.message);
    }
  };
  const progress = () => {
    const ended = underWay().filter(({ outcome }) => !["waiting", "adding"].includes(outcome().kind)).length;
    if (connection.state().kind !== "connected") return "Waiting for the connection…";
    return underWay().length === 1 ? "Adding…" : `Adding, ${ended} of ${underWay().length} done…`;
  };

  return (
    <DialogFrame name="add" title="Add torrents" onSubmit={() => void submit()}>
      <label class={dialogStyles.field}>
        Magnet links, info hashes or URLs, one a line
        <textarea
          name="links"
          rows={entries.text().includes("\n") ? 4 : 2}
          spellcheck={false}
          autocapitalize="off"
          placeholder="magnet:?xt=urn:btih:…"
          value={entries.text()}
          onInput={(event) => entries.setText(event.currentTarget.value)}
        />
      </label>
      <Show when={entries.nonsense().length > 0}>
        <p class={styles.problem}>
          Only magnet links, info hashes, and addresses that begin with http:// or https:// will do.
        </p>
      </Show>
      <label class={`${dialogStyles.field} ${styles.files}`} data-over={isOver()}>
        Torrent files: choose them here, drop them, or paste them
        <input
          type="file"
          name="files"
          accept=".torrent,application/x-bittorrent"
          multiple
          onChange={(event) => {
            entries.add([...event.currentTarget.files!].map((file) => ({ file })));
            event.currentTarget.value = "";
          }}
        />
      </label>
      <ul class={styles.entries} aria-label="To be added">
        <For each={entries.list()}>
          {(entry) => (
            <EntryRow
              entry={entry}
              isDuplicate={isDuplicate(entry)}
              isOpen={isOpen(entry)}
              onTurn={() => setOpened(isOpen(entry) ? "none" : entry)}
              onLeaveOut={isBusy() ? undefined : () => entries.leaveOut(entry)}
            />
          )}
        </For>
      </ul>
      <OptionFields options={options} onChange={setOptions} needed={needed()} />
      <Show when={magnets().length > 0}>
        <label class={dialogStyles.choice}>
          <input
            type="checkbox"
            name="choose-files"
            checked={isChoosing()}
            onChange={(event) => setChoosing(event.currentTarget.checked)}
          />
          Choose the files of magnet links before they are downloaded
        </label>
      </Show>
      <div role="alert">
        <Show when={failed().length > 0 && !isBusy()}>
          <p class={styles.problem}>
            {failed().length === 1 ? "One of them could" : `${failed().length} of them could`} not be added.
            Correct it, or leave it out.
          </p>
        </Show>
      </div>
      <div class={styles.footer}>
        <DialogButtons>
          <button
            type="submit"
            data-kind="primary"
            data-action="confirm"
            disabled={!isComplete() || isBusy()}
          >
            {isBusy() ? progress() : entries.open().length > 1 ? `Add ${entries.open().length}` : "Add"}
          </button>
        </DialogButtons>
      </div>
    </DialogFrame>
  );
}
