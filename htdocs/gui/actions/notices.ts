import { createStore } from "solid-js/store";

export interface Notice {
  id: number;
  kind: "done" | "error" | "offer";
  text: string;
  action: NoticeAction | undefined;
  /** How many errors it tells of that have no notice of their own. */
  further: number;
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
/** Of more errors a notice tells how many. */
const mostErrors = 3;

export function createNotices(): Notices {
  const [list, setList] = createStore<Notice[]>([]);
  let lastId = 0;
  const dismiss = (id: number) => setList((notices) => notices.filter((notice) => notice.id !== id));
  const show = (
    kind: Notice["kind"],
    text: string,
    milliseconds: number,
    action?: NoticeAction,
    further = 0,
  ) => {
    const id = ++lastId;
    setList((notices) => {
      // What is offered stays for as long as it can be had.
      const oldest = notices.length < most ? undefined : notices.find((notice) => notice.kind !== "offer");
      const others = notices.filter((notice) => notice !== oldest);
      return [...others, { id, kind, text, action, further }];
    });
    if (Number.isFinite(milliseconds)) setTimeout(() => dismiss(id), milliseconds);
    return id;
  };
  const error = (text: string, action?: NoticeAction) => {
    const errors = list.filter(({ kind }) => kind === "error");
    const counting = errors.find(({ further }) => further > 0);
    const further = counting || errors.length >= mostErrors ? (counting?.further ?? 0) + 1 : 0;
    if (counting) dismiss(counting.id);
    show("error", further > 0 ? `${further} more failed` : text, errorMilliseconds, action, further);
  };
  return {
    list,
    done: (text) => void show("done", text, doneMilliseconds),
    error,
    offer: (text, action) => show("offer", text, Infinity, action),
    dismiss,
  };
}
