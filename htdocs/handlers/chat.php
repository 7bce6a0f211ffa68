<?php

/**
 * A chat room, as a handler of mod_torrent_ws:
 *
 *     TorrentWsHandler chat "/usr/bin/php /usr/share/torrent-ws/handlers/chat.php" com.example.chat.*
 *     TorrentWsAllow subscribe,publish,call com.example.chat.*
 */

declare(strict_types=1);

require __DIR__ . '/../php/TorrentWsHandler.php';

final class Chat extends TorrentWsHandler
{
    private const ROOM = 'com.example.chat.room';

    /** @var array<int, string> who is in the room, by session */
    private $names = [];

    public function onSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
        if ($topic->getId() === self::ROOM) {
            $this->names[$conn->sessionId] = "user $conn->user";
        } elseif ($conn->role !== 'admin') {
            throw new TorrentWsRefusal('only administrators listen behind the scenes');
        }
    }

    public function onUnSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
        unset($this->names[$conn->sessionId]);
    }

    public function onClose(TorrentWsConnection $conn)
    {
        unset($this->names[$conn->sessionId]);
    }

    public function onPublish(TorrentWsConnection $conn, TorrentWsTopic $topic, $event, array $exclude, array $eligible)
    {
        $text = is_string($event) ? trim($event) : '';
        if ($text === '') {
            throw new TorrentWsRefusal('say something', 'wamp.error.invalid_argument');
        }
        if ($text === '/quit') {
            $conn->close('good-bye');
            return;
        }
        $topic->broadcast(['from' => "user $conn->user", 'text' => $text], [$conn->sessionId]);
    }

    public function onCall(TorrentWsConnection $conn, $id, TorrentWsTopic $topic, array $params)
    {
        switch ((string) $topic) {
            case 'com.example.chat.names':
                return array_values($this->names);
            case 'com.example.chat.whisper':
                [$user, $text] = $params;
                $this->topic(self::ROOM)->toUser($user, ['from' => "user $conn->user", 'whispers' => $text]);
                return true;
        }
        return parent::onCall($conn, $id, $topic, $params);
    }
}

(new Chat())->run();
