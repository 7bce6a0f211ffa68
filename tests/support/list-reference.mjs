// Filter, order and counts of a window, made of the whole list by the plainest code: what the server's must equal.

const doing = ['stopped', 'verifying', 'verifying', 'queued', 'downloading', 'queued', 'seeding'];
const orNone = (list) => (list.length > 0 ? [...new Set(list)] : ['']);

const valuesOf = {
  status: (torrent) => [
    'all',
    doing[torrent.status],
    ...(torrent.rateDownload > 0 || torrent.rateUpload > 0 ? ['active'] : []),
    ...(torrent.error !== 0 ? ['problem'] : []),
  ],
  labels: (torrent) => orNone(torrent.labels),
  trackers: (torrent) => orNone(torrent.trackers.map(({ announce }) => new URL(announce).hostname)),
  folders: (torrent) => [torrent.downloadDir],
  owners: (torrent) => [torrent.owner],
};
export const referenceFields = [
  'hashString', 'name', 'status', 'error', 'rateDownload', 'rateUpload', 'labels', 'trackers', 'downloadDir', 'addedDate',
]; // prettier-ignore

// All torrents of a daemon, with these fields and their owners. rpc: a TransmissionRpc. owners: the users' ids, by hash.
export async function wholeList(rpc, owners = {}) {
  const { torrents } = await rpc.call('torrent-get', { fields: referenceFields });
  return torrents.map((torrent) => ({ ...torrent, owner: owners[torrent.hashString] ?? '' }));
}

function passes(torrent, filter, except) {
  const words = (filter.search ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const name = torrent.name.toLowerCase();
  const found = words.every((word) => name.includes(word)) || (words.length === 1 && torrent.hashString.startsWith(words[0]));
  return (
    found &&
    Object.entries(valuesOf).every(
      ([facet, values]) =>
        facet === except || !filter[facet]?.length || values(torrent).some((value) => filter[facet].includes(value)),
    )
  );
}

const { compare: compareNames } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const compare = (field, left, right) =>
  field === 'name' ? compareNames(left.name, right.name) : left[field] < right[field] ? -1 : Number(left[field] > right[field]);

// torrents: those of wholeList(). Gives {order, counts}.
export function referenceWindow(torrents, { filter = {}, sort = [], offset = 0, limit = 100 }) {
  const matching = torrents.filter((torrent) => passes(torrent, filter));
  const keys = [...sort, ['name', 'asc'], ['hashString', 'asc']];
  matching.sort((left, right) =>
    keys.reduce((order, [field, way]) => order || compare(field, left, right) * (way === 'desc' ? -1 : 1), 0),
  );
  const counts = { total: torrents.length, matching: matching.length };
  for (const [facet, values] of Object.entries(valuesOf)) {
    counts[facet] = {};
    for (const torrent of torrents.filter((each) => passes(each, filter, facet)))
      for (const value of values(torrent)) counts[facet][value] = (counts[facet][value] ?? 0) + 1;
  }
  return { order: matching.slice(offset, offset + limit).map(({ hashString }) => hashString), counts };
}
