import { createSignal, Match, Show, Switch } from "solid-js";
import { DialogButtons, DialogFrame } from "../actions/dialog";
import { useApplication } from "../application";
import { FileTree } from "../files/file-tree";
import styles from "./adding.module.css";
import { createMagnet } from "./magnet";
import type { AddOptions } from "./options";

interface ChooseDialogProps {
  links: readonly string[];
  options: AddOptions;
}

/** Has the files of magnet links chosen, one link after another. */
export default function ChooseDialog(props: ChooseDialogProps) {
  const { setDialog } = useApplication();
  const [position, setPosition] = createSignal(0);
  const goOn = () => {
    if (position() + 1 < props.links.length) setPosition(position() + 1);
    else setDialog(undefined);
  };
  return (
    <Show when={{ link: props.links[position()]! }} keyed>
      {({ link }) => (
        <Step
          link={link}
          options={props.options}
          number={position() + 1}
          count={props.links.length}
          onEnd={goOn}
        />
      )}
    </Show>
  );
}

interface StepProps {
  link: string;
  options: AddOptions;
  number: number;
  count: number;
  onEnd: () => void;
}

function Step(props: StepProps) {
  const magnet = createMagnet(useApplication(), props.link, props.options, props.onEnd);
  const [isBusy, setBusy] = createSignal(false);
  const isEmpty = () => magnet.content()?.choices.total().count === 0;
  const keep = async () => {
    setBusy(true);
    const isKept = await magnet.keep();
    setBusy(false);
    if (isKept) props.onEnd();
  };

  return (
    <DialogFrame
      name="choose-files"
      title={props.count === 1 ? "Choose files" : `Choose files, ${props.number} of ${props.count}`}
      onSubmit={() => void keep()}
    >
      <p class={styles.entryName} data-field="name">
        {magnet.name()}
      </p>
      <Switch>
        <Match when={magnet.content()}>{(content) => <FileTree {...content()} />}</Match>
        <Match when={!magnet.failure()}>
          <Waiting />
        </Match>
      </Switch>
      <div role="alert">
        <Show when={magnet.failure()}>{(failure) => <p class={styles.problem}>{failure()}</p>}</Show>
      </div>
      <div class={styles.footer}>
        <DialogButtons>
          <Show when={props.number < props.count}>
            <button type="button" data-action="leave-out" onClick={() => props.onEnd()}>
              Leave out
            </button>
          </Show>
          <button
            type="submit"
            data-kind="primary"
            data-action="confirm"
            disabled={isBusy() || isEmpty() || !magnet.detail() || magnet.detail()!.gone}
          >
            {confirmTitle()}
          </button>
        </DialogButtons>
      </div>
    </DialogFrame>
  );

  function confirmTitle() {
    if (!magnet.content()) return "Add with all files";
    return props.options.isStarting ? "Download" : "Add";
  }

  function Waiting() {
    const peers = () => magnet.detail()?.peersConnected ?? 0;
    return (
      <div role="status" class={styles.waiting}>
        <p>Waiting for the list of files…</p>
        <progress
          max="1"
          value={magnet.detail()?.metadataPercentComplete ?? 0}
          aria-label="Part that is there"
        />
        <p class={styles.quiet}>
          {peers() === 0 ? "No peer yet" : peers() === 1 ? "One peer" : `${peers()} peers`}
        </p>
      </div>
    );
  }
}
