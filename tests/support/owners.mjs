// Owners of torrents, as a site's own programs give them.

const sql = 'INSERT OR REPLACE INTO torrent_ws_owner (daemon, hash, user_id) VALUES (?, ?, ?)';

// owners: the users' ids, by hash.
export async function giveTorrents(stack, owners, daemon = 'main') {
  await stack.php(
    `new TorrentWsTokens($argv[1]);
     $database = new PDO('sqlite:' . $argv[1]);
     $database->exec('PRAGMA busy_timeout = 60000');
     $database->beginTransaction();
     foreach (json_decode($argv[4], true) as $hash => $user) {
         $database->prepare($argv[2])->execute([$argv[3], $hash, $user]);
     }
     $database->commit();`,
    stack.database,
    sql,
    daemon,
    JSON.stringify(owners),
  );
}

// As the database has them: the users' ids, by hash.
export async function ownersOf(stack, daemon = 'main') {
  const rows = await stack.php(
    `$database = new PDO('sqlite:' . $argv[1]);
     $rows = $database->prepare('SELECT hash, user_id FROM torrent_ws_owner WHERE daemon = ?');
     $rows->execute([$argv[2]]);
     echo json_encode((object) $rows->fetchAll(PDO::FETCH_KEY_PAIR));`,
    stack.database,
    daemon,
  );
  return JSON.parse(rows);
}
