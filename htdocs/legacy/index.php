<?php

// A page of the kind that was written for Ratchet and Autobahn.js 0.8 in 2016, on mod_torrent_ws: WAMP v1, and a topic
// that carries the user id and a token. See docs/migrating-from-ratchet.md.

require __DIR__ . '/../site/site.php';

$userId = logged_in_user();
if ($userId === null) {
    header('Location: /');
    exit;
}

header('Cache-Control: no-store');
header("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'");
$token = torrent_ws_sign_in($userId)['token'];

?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>My torrents</title>
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="torrents.css">
</head>
<body>
<h1>My torrents</h1>
<p id="connection">Connecting…</p>
<table>
  <thead><tr><th>Name<th>Status<th>Done<th>Down<th>Up<th></tr></thead>
  <tbody id="torrents" data-user-id="<?= htmlspecialchars($userId) ?>" data-token="<?= htmlspecialchars($token) ?>"></tbody>
</table>
<script src="wamp-v1.js"></script>
<script src="torrents.js"></script>
</body>
</html>
