import { batch, createSignal, For, onCleanup, Show } from "solid-js";
import { useApplication } from "../application";
import { Icon } from "../icon";
import type { AddSource } from "./commands";
import { DialogButtons, DialogFrame } from "./dialog";
import styles from "./dialog.module.css";
import { readLinks } from "./sources";

/** Takes links and .torrent files. What the daemon refuses stays in the dialog to be corrected. */
export default function AddDialog(props: { sources?: AddSource[] }) {
  const { commands, connection, notices, setDialog } = useApplication();
  const [text, setText] = createSignal(linksOf(props.sources ?? []).join("\n"));
  const [files, setFiles] = createSignal(filesOf(props.sources ?? []));
  const [isStarting, setStarting] = createSignal(true);
  const [isBusy, setBusy] = createSignal(false);
  const [failures, setFailures] = createSignal<string[]>([]);
  let isOpen = true;
  onCleanup(() => (isOpen = false));

  const links = () => readLinks(text());
  const hasNonsense = () => text().trim() !== "" && links().length < text().trim().split(/\s+/).length;
  const isComplete = () => links().length + files().length > 0 && !hasNonsense();

  const addAll = async () => {
    setBusy(true);
    const sources: AddSource[] = [...links().map((link) => ({ link })), ...files().map((file) => ({ file }))];
    const outcomes = await Promise.all(sources.map((source) => commands.add(source, !isStarting())));
    const failed = outcomes.filter((failure) => failure !== undefined);
    if (!isOpen) return failed.forEach(notices.error);
    if (failed.length === 0) return setDialog(undefined);
    const refused = sources.filter((_, index) => outcomes[index] !== undefined);
    batch(() => {
      setBusy(false);
      setFailures(failed);
      setText(linksOf(refused).join("\n"));
      setFiles(filesOf(refused));
    });
  };

  return (
    <DialogFrame name="add" title="Add torrents" onSubmit={() => void addAll()}>
      <label class={styles.field}>
        Magnet links or URLs, one a line
        <textarea
          name="links"
          rows="3"
          spellcheck={false}
          placeholder="magnet:?xt=urn:btih:…"
          value={text()}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <Show when={hasNonsense()}>
        <p class={styles.problem}>
          Only magnet links and addresses that begin with http:// or https:// will do.
        </p>
      </Show>
      <label class={styles.field}>
        Torrent files
        <input
          type="file"
          name="files"
          accept=".torrent,application/x-bittorrent"
          multiple
          onChange={(event) => {
            setFiles([...files(), ...event.currentTarget.files!]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <ul class={styles.names}>
        <For each={files()}>
          {(file) => (
            <li>
              {file.name}
              <button
                type="button"
                class={styles.drop}
                aria-label={`Leave out ${file.name}`}
                onClick={() => setFiles(files().filter((other) => other !== file))}
              >
                <Icon name="close" />
              </button>
            </li>
          )}
        </For>
      </ul>
      <label class={styles.choice}>
        <input
          type="checkbox"
          name="start"
          checked={isStarting()}
          onChange={(event) => setStarting(event.currentTarget.checked)}
        />
        Start at once
      </label>
      <div role="alert">
        <For each={failures()}>{(failure) => <p class={styles.problem}>{failure}</p>}</For>
      </div>
      <DialogButtons>
        <button
          type="submit"
          data-kind="primary"
          data-action="confirm"
          disabled={!isComplete() || isBusy() || connection.state().kind !== "connected"}
        >
          {isBusy() ? "Adding…" : "Add"}
        </button>
      </DialogButtons>
    </DialogFrame>
  );
}

function linksOf(sources: AddSource[]): string[] {
  return sources.flatMap((source) => ("link" in source ? source.link : []));
}

function filesOf(sources: AddSource[]): File[] {
  return sources.flatMap((source) => ("file" in source ? source.file : []));
}
