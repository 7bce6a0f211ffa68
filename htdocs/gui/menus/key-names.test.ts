import { expect, test } from "vitest";
import { formatKeys } from "./key-names";

test.each([
  ["$mod+k", "Ctrl+K"],
  ["Shift+L", "Shift+L"],
  ["Shift+?", "?"],
  ["Alt+Shift+ArrowUp", "Alt+Shift+↑"],
  ["Delete", "Del"],
])("%s reads %s", (keys, text) => expect(formatKeys(keys)).toBe(text));
