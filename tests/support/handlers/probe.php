<?php

// A handler that keeps what it is told, and does what tests want. It takes patterns where its argument is "patterns".

declare(strict_types=1);

require __DIR__ . '/../php/TorrentWsHandler.php';

final class Probe extends TorrentWsHandler
{
    /** @var array<int, list<string>> by session */
    private $told = [];

    public function __construct(bool $takesPatterns)
    {
        $this->takesPatterns = $takesPatterns;
    }

    public function onOpen(TorrentWsConnection $conn)
    {
        $this->note($conn, "open $conn->user $conn->role $conn->address");
    }

    public function onClose(TorrentWsConnection $conn)
    {
        $this->note($conn, 'close');
    }

    public function onError(TorrentWsConnection $conn, Exception $e)
    {
        $this->note($conn, 'error ' . ($e instanceof TorrentWsRefusal ? $e->uri : $e->getMessage()));
        if ($e->getMessage() === 'twice') {
            throw $e;
        }
    }

    public function onSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
        $this->note($conn, 'subscribe ' . self::last($topic));
        switch (self::last($topic)) {
            case 'refused':
                throw new TorrentWsRefusal('not for you', 'com.example.error.no');
            case 'failing':
                throw new LogicException('secret');
            case 'closing':
                $conn->close('go');
                break;
            case 'early':
                $conn->accept();
                $topic->broadcast('late');
        }
    }

    public function onUnSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
        $this->note($conn, 'unsubscribe ' . self::last($topic));
    }

    public function onPublish(TorrentWsConnection $conn, TorrentWsTopic $topic, $event, array $exclude, array $eligible)
    {
        $this->note($conn, 'publish ' . self::last($topic) . ' ' . json_encode($event));
        switch (self::last($topic)) {
            case 'refused':
                throw new TorrentWsRefusal('not that', 'com.example.error.no');
            case 'own':
                $topic->broadcast("own $event");
                return false;
            case 'one':
                foreach ($topic as $one) {
                    $one->event($topic, "to $one->sessionId of " . count($topic));
                }
                return false;
            case 'user':
                $topic->toUser($event, 'for you');
                return false;
        }
        return true;
    }

    public function onCall(TorrentWsConnection $conn, $id, TorrentWsTopic $topic, array $params)
    {
        switch (self::last($topic)) {
            case 'told':
                return $this->told[$params[0] ?? $conn->sessionId] ?? [];
            case 'add':
                return array_sum($params);
            case 'kwargs':
                return $params;
            case 'result':
                $conn->callResult($id, 'early');
                return 'late';
            case 'error':
                $conn->callError($id, $topic, 'no', 'com.example.error.no');
                break;
            case 'failing':
                throw new LogicException($params[0] ?? 'secret');
            case 'garbled':
                throw new TorrentWsRefusal("not \xff that", 'com.example.error.no');
            case 'child':
                return shell_exec('head -c 4');
            case 'who':
                return [$conn->user, $conn->role];
            case 'sessions':
                return array_keys($this->told);
            case 'pid':
                return getmypid();
            case 'hang':
                sleep(1000);
                break;
            case 'foreign':
                $this->topic('com.example.foreign')->broadcast('never');
                return true;
        }
        return parent::onCall($conn, $id, $topic, $params);
    }

    private function note(TorrentWsConnection $conn, string $what): void
    {
        $this->told[$conn->sessionId][] = $what;
    }

    private static function last(TorrentWsTopic $topic): string
    {
        return substr((string) $topic, strrpos((string) $topic, '.') + 1);
    }
}

(new Probe(in_array('patterns', $argv, true)))->run();
