/** A file of a torrent, by its path in it: names with "/" between them. Its number is its place in the list. */
export interface FileEntry {
  path: string;
  /** Bytes. */
  length: number;
}

/** A folder or file of a torrent. */
export interface FileNode {
  path: string;
  name: string;
  depth: number;
  parent: FileNode | undefined;
  isFolder: boolean;
  /** In a folder: folders first, each by name. */
  children: FileNode[];
  /** The numbers of the files below; of a file, its own. */
  files: number[];
  /** Bytes of all of them. */
  length: number;
}

/** More names in a path are nobody's files, and only cost time: each folder has its path. */
const mostNames = 100;

export function isTooDeep({ path }: FileEntry): boolean {
  return path.split("/", mostNames + 1).length > mostNames;
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** The folders and files at the top. */
export function buildTree(files: readonly FileEntry[]): FileNode[] {
  const root = createNode("", "", undefined, true);
  const folders = new Map([["", root]]);

  const folderOf = (path: string): FileNode => {
    let slash = -1;
    let folder = root;
    while ((slash = path.indexOf("/", slash + 1)) >= 0) {
      const folderPath = path.slice(0, slash);
      let next = folders.get(folderPath);
      if (!next) {
        next = createNode(folderPath, nameOf(folderPath), folder, true);
        folders.set(folderPath, next);
        folder.children.push(next);
      }
      folder = next;
    }
    return folder;
  };

  files.forEach(({ path, length }, number) => {
    const parent = folderOf(path);
    const file = createNode(path, nameOf(path), parent, false);
    parent.children.push(file);
    for (let node: FileNode | undefined = file; node; node = node.parent) {
      node.files.push(number);
      node.length += length;
    }
  });
  for (const folder of folders.values()) {
    folder.children.sort(
      (left, right) =>
        Number(right.isFolder) - Number(left.isFolder) || collator.compare(left.name, right.name),
    );
  }
  for (const top of root.children) top.parent = undefined;
  return root.children;
}

/** The nodes that a tree shows, from top to bottom, where only some folders are open. */
export function shownNodes(top: readonly FileNode[], isOpen: (folder: FileNode) => boolean): FileNode[] {
  const shown: FileNode[] = [];
  const ahead: FileNode[] = [];
  const putAhead = (nodes: readonly FileNode[]) => {
    for (let index = nodes.length - 1; index >= 0; index--) ahead.push(nodes[index]!);
  };
  putAhead(top);
  for (let node = ahead.pop(); node; node = ahead.pop()) {
    shown.push(node);
    if (node.isFolder && isOpen(node)) putAhead(node.children);
  }
  return shown;
}

function createNode(path: string, name: string, parent: FileNode | undefined, isFolder: boolean): FileNode {
  return {
    path,
    name,
    depth: parent ? parent.depth + 1 : -1,
    parent,
    isFolder,
    children: [],
    files: [],
    length: 0,
  };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
