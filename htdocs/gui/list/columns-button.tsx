import { useApplication } from "../application";
import { Icon } from "../icon";

/** Opens the choice of columns. */
export function ColumnsButton() {
  const { setDialog } = useApplication();
  return (
    <button
      data-action="columns"
      title="Columns…"
      aria-label="Columns…"
      aria-haspopup="dialog"
      onClick={() => setDialog({ kind: "columns" })}
    >
      <Icon name="columns" />
    </button>
  );
}
