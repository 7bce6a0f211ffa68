<?php

declare(strict_types=1);

// The AJAX way, served as /torrents.json: each request of each page asks the daemon for the whole list.

require __DIR__ . '/site.php';

const FIELDS = [
    'hashString', 'name', 'status', 'percentDone', 'rateDownload', 'rateUpload', 'eta', 'uploadRatio',
    'totalSize', 'labels', 'error', 'errorString',
];

/** @return array{int, array<string, string>, string} status, headers by lower-case name, body */
function post(string $url, string $body, string $sessionId): array
{
    $answer = @file_get_contents($url, false, stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "Content-Type: application/json\r\nX-Transmission-Session-Id: $sessionId",
        'content' => $body,
        'timeout' => 10,
        'ignore_errors' => true,
    ]]));
    if ($answer === false) {
        send_json(['error' => 'the BitTorrent daemon does not answer'], 502);
    }
    $headers = [];
    foreach (array_slice($http_response_header, 1) as $line) {
        [$name, $value] = explode(':', $line, 2);
        $headers[strtolower($name)] = trim($value);
    }

    return [(int) explode(' ', $http_response_header[0])[1], $headers, $answer];
}

if (logged_in_user() === null) {
    send_json(['error' => 'not logged in'], 401);
}

$url = setting('TRANSMISSION_RPC', 'http://127.0.0.1:9091/transmission/rpc');
$request = json_encode(['method' => 'torrent-get', 'arguments' => ['fields' => FIELDS]]);
[$status, $headers, $answer] = post($url, $request, '');
if ($status === 409) {
    [$status, $headers, $answer] = post($url, $request, $headers['x-transmission-session-id']);
}
$result = json_decode($answer, true);
if ($status !== 200 || ($result['result'] ?? '') !== 'success') {
    send_json(['error' => $result['result'] ?? "the BitTorrent daemon answered with status $status"], 502);
}
send_json(['torrents' => $result['arguments']['torrents']]);
