const isApple = typeof navigator === "object" && /Mac|iPod|iPhone|iPad/.test(navigator.platform);

const names: Record<string, string> = {
  $mod: isApple ? "⌘" : "Ctrl",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Delete: "Del",
  Escape: "Esc",
  Insert: "Ins",
};

/** A key in the syntax of tinykeys as it is read on a keyboard: "Ctrl+K". */
export function formatKeys(keys: string): string {
  const parts = keys.split("+");
  const key = parts.at(-1)!;
  // Which signs need Shift is a matter of the keyboard.
  const isSign = key.length === 1 && !/[a-z]/i.test(key);
  return parts
    .filter((part) => !(isSign && part === "Shift"))
    .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join("+");
}
