import { expect, test } from "vitest";
import { Command, Part, type Phase } from "./command";
import { createJournal } from "./journal";

function create() {
  const journal = createJournal();
  const add = (hash: string, phase: Phase) => {
    const command = new Command("torrent.stop", "Stopping", "");
    const part = new Part(command, [hash], { ids: [hash] });
    command.parts.push(part);
    part.become(phase);
    journal.add(command);
    return part;
  };
  return { journal, add };
}

test("rows do not show what the list has forgotten", () => {
  const { journal, add } = create();
  const running = add("running", "pending");
  add("failed", "failed");
  for (let count = 0; count < 98; count++) add("other", "done");
  expect(journal.latest("failed")?.outcome().phase).toBe("failed");
  add("other", "done");
  expect(journal.list()).toHaveLength(100);
  expect([journal.latest("failed"), journal.latest("running")]).toEqual([undefined, running]);
});

test("arguments are kept for as long as the call may be made with them", () => {
  const { add } = create();
  const kept = (["waiting", "pending", "failed", "unknown", "done", "canceled"] as const).filter(
    (phase) => add("a", phase).kwargs !== undefined,
  );
  expect(kept).toEqual(["waiting", "pending", "failed", "unknown"]);
});
