<?php

/**
 * Reports that take a while, as the talk's job queue makes them: a page subscribes, a worker that is anywhere does the
 * work, and the topic gets the result.
 *
 *     TorrentWsZmqBind tcp://127.0.0.1:5555
 *     TorrentWsHandler reports tcp://127.0.0.1:5556 com.example.reports.*
 *     TorrentWsAllow subscribe,call com.example.reports.*
 *     TorrentWsAllow publish com.example.reports.* role=publisher
 *
 *     php reports.php tcp://127.0.0.1:5556 tcp://127.0.0.1:5555     as many as the work needs
 *
 * With TorrentWsZmqCurve, a third argument names a file of three lines: the server's public key, one's own public and
 * secret ones.
 */

declare(strict_types=1);

require __DIR__ . '/../php/TorrentWsHandler.php';

final class Reports extends TorrentWsHandler
{
    public function onSubscribe(TorrentWsConnection $conn, TorrentWsTopic $topic)
    {
        if ($topic->getId() === 'com.example.reports.secret' && $conn->role !== 'admin') {
            throw new TorrentWsRefusal('this report is for administrators');
        }
        // The page need not wait for the report to be subscribed.
        $conn->accept();
        $conn->event($topic, ['report' => $this->report((string) $topic), 'for' => $conn->user]);
    }

    public function onCall(TorrentWsConnection $conn, $id, TorrentWsTopic $topic, array $params)
    {
        return $this->report((string) $topic);
    }

    private function report(string $name): string
    {
        usleep(100000); // a database, a command line, an ssh …
        return "$name is done";
    }
}

(new Reports())->runZmq($argv[1], $argv[2], isset($argv[3]) ? file($argv[3], FILE_IGNORE_NEW_LINES) : []);
