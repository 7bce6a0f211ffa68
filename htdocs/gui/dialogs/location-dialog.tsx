import { createSignal, For, Show } from "solid-js";
import type { OnHashes } from "../actions/dialog";
import { useApplication } from "../application";
import { daemonsOf } from "../commands/targets";
import type { Torrent } from "../protocol";
import { EditDialog, type Form } from "./edit-dialog";
import { commonRoots, folderProblem, isBelow } from "./folders";
import { FormRow } from "./form-row";
import styles from "./form.module.css";
import { knownValues } from "./known-values";

type Located = Pick<Torrent, "downloadDir">;

/** Puts torrents into another folder, or says where their data is. */
export function LocationDialog(props: OnHashes) {
  return (
    <EditDialog<Located>
      name="location"
      title="Location"
      hashes={props.hashes}
      fields={["downloadDir"]}
      form={createLocationForm}
    />
  );
}

function createLocationForm(torrents: ReadonlyMap<string, Located>): Form {
  const application = useApplication();
  const { commands, daemons } = application;
  const hashes = [...torrents.keys()];
  const names = daemonsOf(hashes, Object.keys(daemons.byName));
  /** Where all of the torrents' daemons may put them. */
  const roots = commonRoots(names.map((name) => daemons.roots(name)));
  const current = new Set([...torrents.values()].map(({ downloadDir }) => downloadDir));
  const usual = names.flatMap((name) => daemons.byName[name]?.settings?.["download-dir"] ?? []);
  const folders = [...new Set([...current, ...usual, ...knownValues(application, "folders"), ...roots])]
    .filter((folder) => isBelow(folder, roots))
    .sort();

  const [chosen, setChosen] = createSignal(folders.find((folder) => current.has(folder)) ?? folders[0] ?? "");
  const [text, setText] = createSignal("");
  const [isMoving, setMoving] = createSignal(true);
  const isOther = () => chosen() === "";
  const folder = () => (isOther() ? text().trim() : chosen());
  const problem = () => (folder() === "" ? "" : folderProblem(folder(), roots));

  return {
    canSave: () => folder() !== "" && problem() === "",
    save: () => void commands.setLocation(hashes, folder(), isMoving()),
    body: (
      <>
        <FormRow label="Folder" for="folder">
          <select
            id="folder"
            name="folder"
            value={chosen()}
            onChange={(event) => setChosen(event.currentTarget.value)}
          >
            <For each={folders}>{(path) => <option value={path}>{path}</option>}</For>
            <option value="">Another folder…</option>
          </select>
        </FormRow>
        <Show when={isOther()}>
          <FormRow label="Its path" for="other-folder" hint={problem() || `Below ${roots.join(" or ")}.`}>
            <input
              id="other-folder"
              type="text"
              name="other-folder"
              placeholder={`${roots[0]}/…`}
              spellcheck={false}
              value={text()}
              aria-invalid={problem() !== ""}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </FormRow>
        </Show>
        <fieldset class={styles.choices} aria-label="The data">
          <label class={styles.choice}>
            <input
              type="radio"
              name="move"
              value="yes"
              checked={isMoving()}
              onChange={() => setMoving(true)}
            />
            Move the data there
          </label>
          <label class={styles.choice}>
            <input
              type="radio"
              name="move"
              value="no"
              checked={!isMoving()}
              onChange={() => setMoving(false)}
            />
            The data is there already: only look for it
          </label>
        </fieldset>
        <Show when={current.size > 1}>
          <p class={styles.hint}>They are in {current.size} folders now.</p>
        </Show>
      </>
    ),
  };
}
