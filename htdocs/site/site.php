<?php

declare(strict_types=1);

// What every page of this site begins with: its settings, its session and its only user.

require __DIR__ . '/../php/TorrentWsTokens.php';

function setting(string $name, string $default): string
{
    return $_SERVER[$name] ?? $default;
}

function open_session(bool $readOnly): void
{
    session_start([
        'cookie_httponly' => true,
        'cookie_samesite' => 'Lax',
        'use_strict_mode' => true,
        // A page that only reads does not make the user's other requests wait for the session's lock.
        'read_and_close' => $readOnly,
    ]);
}

/** Makes the session, which is open, that of the site's only user. */
function log_in(): void
{
    $_SESSION['user_id'] ??= 1;
    $_SESSION['user_name'] ??= 'demo';
}

/** The user whose session cookie came with the request, or null. */
function logged_in_user(): ?int
{
    if (!isset($_COOKIE[session_name()])) {
        return null;
    }
    open_session(readOnly: true);

    return $_SESSION['user_id'] ?? null;
}

/** What a page needs to sign in to mod_torrent_ws, with a fresh token. */
function torrent_ws_sign_in(int $userId): array
{
    $tokens = new TorrentWsTokens(
        setting('TORRENT_WS_DATABASE', '/var/lib/torrent-ws/tokens.sqlite'),
        unspentLimit: (int) setting('TORRENT_WS_UNSPENT_TOKENS', '50'),
    );
    $scheme = ($_SERVER['HTTPS'] ?? '') === 'on' ? 'wss' : 'ws';

    return [
        'userId' => $userId,
        'token' => $tokens->issue($userId),
        'url' => $scheme . '://' . $_SERVER['HTTP_HOST'] . '/wss/',
        'realm' => 'torrents',
    ];
}

function send_json(array $value, int $status = 200): never
{
    http_response_code($status);
    header('Content-Type: application/json');
    header('Cache-Control: no-store');
    exit(json_encode($value, JSON_UNESCAPED_SLASHES | JSON_THROW_ON_ERROR));
}
