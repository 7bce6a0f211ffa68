/** Whether a folder is a root, or below one. */
export function isBelow(folder: string, roots: readonly string[]): boolean {
  return roots.some((root) => folder === root || folder.startsWith(root.endsWith("/") ? root : `${root}/`));
}

/** Those of the first roots that are below the others' too. */
export function commonRoots([first = [], ...others]: readonly (readonly string[])[]): string[] {
  return first.filter((root) => others.every((roots) => isBelow(root, roots)));
}

/** Why a text is no folder that torrents may be put in; empty if it is. */
export function folderProblem(folder: string, roots: readonly string[]): string {
  if (folder.split("/").includes("..")) return "A path with “..” will not do.";
  if (isBelow(folder, roots)) return "";
  return `It must be a folder below ${roots.join(" or ")}.`;
}
