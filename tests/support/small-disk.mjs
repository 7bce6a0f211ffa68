// A disk of a megabyte that a test can fill. Mounting needs root.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export class SmallDisk {
  constructor() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), 'torrent-ws-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0777', 'torrent-ws-test', this.folder]);
  }

  path(name) {
    return path.join(this.folder, name);
  }

  // Takes all the space that is left.
  fill() {
    const file = fs.openSync(this.path('filler'), 'a');
    try {
      for (;;) fs.writeSync(file, Buffer.alloc(4096));
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error;
    } finally {
      fs.closeSync(file);
    }
  }

  free() {
    fs.rmSync(this.path('filler'));
  }

  remove() {
    execFileSync('umount', ['--lazy', this.folder]);
    fs.rmdirSync(this.folder);
  }
}
