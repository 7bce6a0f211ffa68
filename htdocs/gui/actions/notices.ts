import { createStore } from "solid-js/store";

export interface Notice {
  id: number;
  kind: "done" | "error" | "offer";
  text: string;
  action: NoticeAction | undefined;
}

/** What the user can do about it, with one click that ends the notice. */
export interface NoticeAction {
  title: string;
  run: () => void;
}

/** Short messages to the user about what became of an action. */
export interface Notices {
  list: readonly Notice[];
  done(text: string): void;
  /** Stays longer than what was done. */
  error(text: string, action?: NoticeAction): void;
  /** Stays until it is dismissed; returns its id. */
  offer(text: string, action: NoticeAction): number;
  dismiss(id: number): void;
}

const doneMilliseconds = 5_000;
const errorMilliseconds = 20_000;
const most = 4;

export function createNotices(): Notices {
  const [list, setList] = createStore<Notice[]>([]);
  let lastId = 0;
  const dismiss = (id: number) => setList((notices) => notices.filter((notice) => notice.id !== id));
  const show = (kind: Notice["kind"], text: string, milliseconds: number, action?: NoticeAction) => {
    const id = ++lastId;
    setList((notices) => [...notices.slice(1 - most), { id, kind, text, action }]);
    if (Number.isFinite(milliseconds)) setTimeout(() => dismiss(id), milliseconds);
    return id;
  };
  return {
    list,
    done: (text) => void show("done", text, doneMilliseconds),
    error: (text, action) => void show("error", text, errorMilliseconds, action),
    offer: (text, action) => show("offer", text, Infinity, action),
    dismiss,
  };
}
