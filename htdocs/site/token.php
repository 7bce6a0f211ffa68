<?php

declare(strict_types=1);

require __DIR__ . '/site.php';

$userId = logged_in_user();
if ($userId === null) {
    send_json(['error' => 'not logged in'], 401);
}
send_json(torrent_ws_sign_in($userId));
