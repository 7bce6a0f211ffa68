import { createSignal } from "solid-js";
import type { FileEntry } from "./tree";

export type Priority = -1 | 0 | 1;

/** Which files of a torrent are wanted, and how urgently. Reading follows changes. */
export interface FileChoices {
  /** Whether they are wanted; undefined: some are. */
  wanted(files: readonly number[]): boolean | undefined;
  /** Their priority; undefined: they have several. */
  priority(files: readonly number[]): Priority | undefined;
  setWanted(files: readonly number[], isWanted: boolean): void;
  setPriority(files: readonly number[], priority: Priority): void;
  /** How many are wanted, and their bytes. */
  total(): { count: number; length: number };
}

/** Choices that differ from a daemon's own, as torrent.add and torrent.set take them. */
export interface FileArguments {
  "files-unwanted"?: number[];
  "priority-high"?: number[];
  "priority-low"?: number[];
}

export interface NewFileChoices extends FileChoices {
  arguments(): FileArguments;
}

/** The choices for a torrent that is new: all its files are wanted, with normal priority. */
export function createFileChoices(files: readonly FileEntry[]): NewFileChoices {
  const isWanted = new Array<boolean>(files.length).fill(true);
  const priorities = new Array<Priority>(files.length).fill(0);
  const [follow, changed] = createSignal(undefined, { equals: false });
  const numbersWhere = (matches: (file: number) => boolean) => [...files.keys()].filter(matches);
  return {
    wanted: (numbers) => {
      follow();
      return common(numbers, isWanted);
    },
    priority: (numbers) => {
      follow();
      return common(numbers, priorities);
    },
    setWanted: (numbers, value) => {
      for (const file of numbers) isWanted[file] = value;
      changed(undefined);
    },
    setPriority: (numbers, value) => {
      for (const file of numbers) priorities[file] = value;
      changed(undefined);
    },
    total: () => {
      follow();
      const wanted = files.filter((_, file) => isWanted[file]);
      return { count: wanted.length, length: wanted.reduce((sum, { length }) => sum + length, 0) };
    },
    arguments: () => {
      const lists = {
        "files-unwanted": numbersWhere((file) => !isWanted[file]),
        "priority-high": numbersWhere((file) => priorities[file] === 1),
        "priority-low": numbersWhere((file) => priorities[file] === -1),
      };
      // An empty list means all files to the daemon.
      return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
    },
  };
}

/** The value that all of the files have; undefined if they have several. */
function common<Value>(files: readonly number[], values: readonly Value[]): Value | undefined {
  const value = values[files[0]!];
  return files.every((file) => values[file] === value) ? value : undefined;
}
