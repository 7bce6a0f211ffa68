import { useApplication } from "../application";
import { Icon, type IconName } from "../icon";
import styles from "./toolbar.module.css";

/** The actions: adding, and what is done to the selected torrents. */
export function Toolbar() {
  const { commands, connection, selection, setDialog } = useApplication();
  const isOffline = () => connection.state().kind !== "connected";
  const isIdle = () => isOffline() || selection.count() === 0;
  return (
    <div class={styles.toolbar} role="toolbar" aria-label="Actions">
      <button
        data-kind="primary"
        data-action="add"
        disabled={isOffline()}
        onClick={() => setDialog({ kind: "add" })}
      >
        <Icon name="add" /> <span class={styles.title}>Add</span>
      </button>
      <Action
        name="start"
        title="Start"
        isDisabled={isIdle()}
        onClick={() => void selection.act(commands.start)}
      />
      <Action
        name="stop"
        title="Stop"
        isDisabled={isIdle()}
        onClick={() => void selection.act(commands.stop)}
      />
      <Action
        name="remove"
        title="Remove"
        isDisabled={isIdle()}
        onClick={() => void selection.act((hashes) => setDialog({ kind: "remove", hashes }))}
      />
    </div>
  );
}

interface ActionProps {
  name: IconName;
  title: string;
  isDisabled: boolean;
  onClick: () => void;
}

function Action(props: ActionProps) {
  return (
    <button
      data-action={props.name}
      disabled={props.isDisabled}
      title={props.title}
      onClick={() => props.onClick()}
    >
      <Icon name={props.name} /> <span class={styles.title}>{props.title}</span>
    </button>
  );
}
