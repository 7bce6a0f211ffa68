import { type Accessor, batch, createMemo, createSignal, mapArray } from "solid-js";
import { Entry } from "./entry";
import { type AddSource, readText } from "./sources";

/** All that is to be added: files, and the links in a text that the user may edit. */
export interface Entries {
  text: Accessor<string>;
  setText(text: string): void;
  /** The words of the text that are no links. */
  nonsense(): readonly string[];
  /** What was added already comes last. */
  list(): readonly Entry[];
  /** Those that can be added, again too. */
  open(): readonly Entry[];
  add(sources: readonly AddSource[]): void;
  leaveOut(entry: Entry): void;
  /** Has those that were added out of the text. */
  settle(): void;
}

export function createEntries(): Entries {
  const [text, setText] = createSignal("");
  const [files, setFiles] = createSignal<readonly Entry[]>([]);
  const [settled, setSettled] = createSignal<readonly Entry[]>([]);
  const content = createMemo(() => readText(text()));
  // An entry lives for as long as its link is in the text.
  const links = createMemo(
    mapArray(
      () => content().links,
      (link) => new Entry({ link }),
    ),
  );
  // Files are read one after another, so that many of them do not stop the page.
  let reading = Promise.resolve();

  const open = () => [...files(), ...links()];
  const isDone = (entry: Entry) => ["added", "present"].includes(entry.outcome().kind);
  const setLinks = (remaining: readonly string[]) =>
    setText([...remaining, ...content().nonsense].join("\n"));

  return {
    text,
    setText,
    nonsense: () => content().nonsense,
    list: () => [...open(), ...settled()],
    open,
    add: (sources) => {
      const added = sources.flatMap((source) => ("file" in source ? new Entry(source) : []));
      for (const entry of added) reading = reading.then(() => entry.read());
      const further = sources.flatMap((source) => ("link" in source ? source.link : []));
      batch(() => {
        setFiles([...files(), ...added]);
        if (further.length > 0) setText([text().trim(), ...further].filter(Boolean).join("\n"));
      });
    },
    leaveOut: (entry) => {
      setFiles(files().filter((other) => other !== entry));
      const { source } = entry;
      if ("link" in source) setLinks(content().links.filter((link) => link !== source.link));
    },
    settle: () =>
      batch(() => {
        setSettled([...settled(), ...open().filter(isDone)]);
        setFiles(files().filter((entry) => !isDone(entry)));
        const remaining = links().filter((entry) => !isDone(entry));
        setLinks(remaining.map(({ source }) => ("link" in source ? source.link : "")));
      }),
  };
}
