import { createStore } from "solid-js/store";

export interface Notice {
  id: number;
  kind: "done" | "error";
  text: string;
}

/** Short messages to the user about what became of an action. */
export interface Notices {
  list: readonly Notice[];
  done(text: string): void;
  /** Stays longer than what was done. */
  error(text: string): void;
  dismiss(id: number): void;
}

const doneMilliseconds = 5_000;
const errorMilliseconds = 20_000;
const most = 4;

export function createNotices(): Notices {
  const [list, setList] = createStore<Notice[]>([]);
  let lastId = 0;
  const dismiss = (id: number) => setList((notices) => notices.filter((notice) => notice.id !== id));
  const show = (kind: Notice["kind"], text: string, milliseconds: number) => {
    const id = ++lastId;
    setList((notices) => [...notices.slice(1 - most), { id, kind, text }]);
    setTimeout(() => dismiss(id), milliseconds);
  };
  return {
    list,
    done: (text) => show("done", text, doneMilliseconds),
    error: (text) => show("error", text, errorMilliseconds),
    dismiss,
  };
}
