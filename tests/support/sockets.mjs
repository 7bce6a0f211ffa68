// Which process holds the server's end of a connection, as /proc shows it.

import fs from 'node:fs';

const port = (address) => Number.parseInt(address.split(':')[1], 16);

// The inode of the socket that the connection from this local port of a client's ends at.
export function serverSocket(clientPort) {
  const lines = fs.readFileSync('/proc/net/tcp', 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.trim().split(/\s+/));
  const found = rows.find(([, , remote, , , , , , , inode]) => port(remote) === clientPort && inode !== '0');
  if (found === undefined) throw new Error(`nobody has the other end of port ${clientPort}`);
  return found[9];
}

// The inodes of the Unix sockets that listen and were bound at this path, whatever it is called now.
export function unixListeners(file) {
  const accepts = '00010000'; // __SO_ACCEPTCON
  const lines = fs.readFileSync('/proc/net/unix', 'utf8').trim().split('\n').slice(1);
  const rows = lines.map((line) => line.split(/\s+/));
  return rows.filter(([, , , flags, , , , name]) => flags === accepts && name === file).map(([, , , , , , inode]) => inode);
}

// What the descriptors of a process are: {number: target}. Of one that has ended, and of a descriptor that
// was closed meanwhile, there is nothing.
export function descriptorsOf(pid) {
  const folder = `/proc/${pid}/fd`;
  const orNothing = (read) => {
    try {
      return read();
    } catch (error) {
      if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
      return [];
    }
  };
  const numbers = orNothing(() => fs.readdirSync(folder));
  return Object.fromEntries(
    numbers.flatMap((number) => orNothing(() => [[number, fs.readlinkSync(`${folder}/${number}`)]])),
  );
}

// Those of the processes that have the socket open.
export function holdersOf(inode, pids) {
  return pids.filter((pid) => Object.values(descriptorsOf(pid)).includes(`socket:[${inode}]`));
}
