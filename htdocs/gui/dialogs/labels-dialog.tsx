import { createSignal, For } from "solid-js";
import { createStore } from "solid-js/store";
import type { OnHashes } from "../actions/dialog";
import { useApplication } from "../application";
import type { Torrent } from "../protocol";
import { EditDialog, type Form } from "./edit-dialog";
import { FormRow } from "./form-row";
import styles from "./form.module.css";
import { knownValues } from "./known-values";
import { labelChanges, labelProblem, readChoices } from "./label-changes";
import { MixedCheckbox } from "./mixed-checkbox";

type Labelled = Pick<Torrent, "labels">;

/** Gives labels to torrents and takes them away; those that are not touched stay with whoever has them. */
export function LabelsDialog(props: OnHashes) {
  return (
    <EditDialog<Labelled>
      name="labels"
      title="Labels"
      hashes={props.hashes}
      fields={["labels"]}
      form={createLabelsForm}
    />
  );
}

function createLabelsForm(torrents: ReadonlyMap<string, Labelled>): Form {
  const application = useApplication();
  const { commands } = application;
  const before = new Map([...torrents].map(([hash, { labels }]) => [hash, labels]));
  const [choices, setChoices] = createStore(readChoices(before.values(), knownValues(application, "labels")));
  const [text, setText] = createSignal("");

  const problem = () => labelProblem(text(), choices);
  const withText = () => (text().trim() === "" ? choices : { ...choices, [text().trim()]: true });
  const addText = () => {
    setChoices(withText());
    setText("");
  };

  return {
    canSave: () => problem() === "",
    save: () => {
      for (const { hashes, labels } of labelChanges(before, withText())) {
        void commands.set(hashes, { labels }, "Setting labels");
      }
    },
    body: (
      <>
        <fieldset class={styles.choices} aria-label="Labels">
          <For each={Object.keys(choices)}>
            {(label) => (
              <MixedCheckbox
                name="label"
                label={label}
                value={choices[label]}
                onChange={(value) => setChoices(label, value)}
              />
            )}
          </For>
        </fieldset>
        <FormRow label="New label" for="new-label" hint={problem()}>
          <input
            id="new-label"
            type="text"
            name="new-label"
            value={text()}
            autocomplete="off"
            aria-invalid={problem() !== ""}
            onInput={(event) => setText(event.currentTarget.value)}
          />
          <button type="button" disabled={text().trim() === "" || problem() !== ""} onClick={addText}>
            Add
          </button>
        </FormRow>
      </>
    ),
  };
}
