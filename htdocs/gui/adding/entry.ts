import { type Accessor, createSignal, type Setter } from "solid-js";
import { createFileChoices, type NewFileChoices } from "../files/file-choices";
import type { Metainfo } from "./metainfo";
import { type AddSource, checkSize, magnetHash, titleOf } from "./sources";

/** What became of something that is to be added. */
export type Outcome =
  | { kind: "waiting" | "adding" | "added" | "present" }
  /** In the server's words; it can be tried again. */
  | { kind: "failed"; message: string };

/** What a .torrent file says, and which of its files are wanted. */
export interface Preview {
  metainfo: Metainfo;
  choices: NewFileChoices;
}

/** One of the things that are to be added. */
export class Entry {
  readonly title: string;
  /** Undefined for files that were not read. */
  readonly preview: Accessor<Preview | undefined>;
  /** Why the file cannot be read here. */
  readonly problem: Accessor<string | undefined>;
  readonly outcome: Accessor<Outcome>;
  readonly setOutcome: Setter<Outcome>;
  readonly #setPreview: Setter<Preview | undefined>;
  readonly #setProblem: Setter<string | undefined>;

  constructor(readonly source: AddSource) {
    this.title = titleOf(source);
    [this.preview, this.#setPreview] = createSignal<Preview>();
    [this.problem, this.#setProblem] = createSignal<string>();
    [this.outcome, this.setOutcome] = createSignal<Outcome>({ kind: "waiting" });
  }

  /** The info hash, as far as it is known. */
  get hash(): string | undefined {
    return "link" in this.source ? magnetHash(this.source.link) : this.preview()?.metainfo.hash;
  }

  /** Reads a file. */
  async read(): Promise<void> {
    if (!("file" in this.source)) return;
    try {
      checkSize(this.source.file);
      const [{ readMetainfo }, bytes] = await Promise.all([
        import("./metainfo"),
        this.source.file.arrayBuffer(),
      ]);
      const metainfo = readMetainfo(new Uint8Array(bytes));
      this.#setPreview({ metainfo, choices: createFileChoices(metainfo.files) });
    } catch (error) {
      this.#setProblem((error as Error).message);
    }
  }
}
