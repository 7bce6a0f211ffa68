import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createNotices } from "./notices";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const action = { title: "Undo", run: () => {} };
const textsOf = ({ list }: ReturnType<typeof createNotices>) => list.map(({ text }) => text);

test("there are few at a time, and what is offered is not pushed out", () => {
  const notices = createNotices();
  const id = notices.offer("Removing", action);
  for (let number = 1; number <= 5; number++) notices.done(`${number}`);
  expect(textsOf(notices)).toEqual(["Removing", "3", "4", "5"]);
  notices.dismiss(id);
  expect(textsOf(notices)).toEqual(["3", "4", "5"]);
});

test("many failures are told by their number", () => {
  const notices = createNotices();
  for (let number = 1; number <= 6; number++) notices.error(`${number}`, action);
  expect(textsOf(notices)).toEqual(["1", "2", "3", "3 more failed"]);
  expect(notices.list.at(-1)!.action).toEqual(action);
  vi.advanceTimersByTime(60_000);
  notices.error("7");
  expect(textsOf(notices)).toEqual(["7"]);
});
