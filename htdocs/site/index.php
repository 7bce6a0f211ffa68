<?php

declare(strict_types=1);

require __DIR__ . '/site.php';

// A real site would send everybody to its login page; who came from there goes there again.
open_session(readOnly: false);
log_in();
session_write_close();

header('Cache-Control: no-store');
// All that the GUI needs, and nothing else: no inline script or style, no other host, no HTML made of texts.
header('Content-Security-Policy: ' . implode('; ', [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    // 'self' has the WebSockets of the same host and port, too.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types torrent-ws',
]));
$signIn = torrent_ws_sign_in($_SESSION['user_id']);

function e(int|string $text): string
{
    return htmlspecialchars((string) $text, ENT_QUOTES);
}

?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Torrents – Example Site</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/favicon.svg">
<link rel="stylesheet" href="/site.css">
<link rel="stylesheet" href="/gui/app.css">
<script src="/gui/theme.js"></script>
</head>
<body>
<header class="site-header">
  <strong class="site-name">Example Site</strong>
  <nav class="site-nav" aria-label="Site">
    <a href="/" aria-current="page">Torrents</a>
    <a href="/legacy/">As in 2016</a>
    <a href="/torrents.json">JSON</a>
  </nav>
  <span class="site-user">Logged in as <?= e($_SESSION['user_name']) ?></span>
</header>
<main>
<div id="torrent-ws"
     data-token-url="/token.php"
<?php if (isset($_SESSION['by_login'])) : ?>
     data-login-url="/login.php?return={return}"
<?php endif ?>
     data-user-id="<?= e($signIn['userId']) ?>"
     data-token="<?= e($signIn['token']) ?>"
     data-url="<?= e($signIn['url']) ?>"
     data-realm="<?= e($signIn['realm']) ?>"></div>
<script type="module" src="/gui/app.js"></script>
<noscript>This page needs JavaScript.</noscript>
</main>
<footer class="site-footer">Served by PHP <?= e(PHP_VERSION) ?></footer>
</body>
</html>
