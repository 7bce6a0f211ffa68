// The list of torrents: each event of the topic changes it, and its buttons call.
(function () {
  'use strict';

  var STATUS = ['Stopped', 'Queued', 'Checking', 'Queued', 'Downloading', 'Queued', 'Seeding'];
  var RETRY_MS = 2000;

  var body = document.getElementById('torrents');
  var connection = document.getElementById('connection');
  var rows = {};     // by hash: the row's cells, and its button
  var torrents = {}; // by hash
  var session;

  // Wherever the page came from, its WebSocket goes to.
  function url() {
    return location.protocol.replace('http', 'ws') + '//' + location.host + '/wss/';
  }

  function rate(bytes) {
    return bytes > 0 ? Math.round(bytes / 1000) + ' kB/s' : '';
  }

  function addRow(hash) {
    var tr = document.createElement('tr');
    var button = document.createElement('button');
    rows[hash] = { tr: tr, button: button, cells: [] };
    tr.setAttribute('data-hash', hash);
    for (var i = 0; i < 6; i++) {
      rows[hash].cells.push(tr.appendChild(document.createElement('td')));
    }
    rows[hash].cells[5].appendChild(button);
    button.onclick = function () {
      var procedure = torrents[hash].status === 0 ? 'torrent.start' : 'torrent.stop';
      session.call(procedure, { ids: [hash] }).then(null, function (error) {
        alert(procedure + ': ' + error.desc);
      });
    };
    body.appendChild(tr);
  }

  function show(hash) {
    var torrent = torrents[hash], row = rows[hash];
    row.cells[0].textContent = torrent.name;
    row.cells[1].textContent = STATUS[torrent.status];
    row.cells[2].textContent = (torrent.percentDone * 100).toFixed(1) + ' %';
    row.cells[3].textContent = rate(torrent.rateDownload);
    row.cells[4].textContent = rate(torrent.rateUpload);
    row.button.textContent = torrent.status === 0 ? 'Start' : 'Stop';
  }

  function remove(hash) {
    body.removeChild(rows[hash].tr);
    delete rows[hash];
    delete torrents[hash];
  }

  function onTorrents(topic, event) {
    if (event.snapshot) {
      Object.keys(torrents).forEach(remove);
    }
    Object.keys(event.torrents).forEach(function (hash) {
      if (!torrents[hash]) {
        torrents[hash] = {};
        addRow(hash);
      }
      Object.keys(event.torrents[hash]).forEach(function (field) {
        torrents[hash][field] = event.torrents[hash][field];
      });
      show(hash);
    });
    event.removed.forEach(remove);
  }

  function connect(userId, token) {
    ab.connect(url(), function (opened) {
      session = opened;
      connection.textContent = 'Connected';
      session.subscribe(JSON.stringify({ topic: 'torrents', userId: userId, token: token }), onTorrents);
    }, function () {
      connection.textContent = 'Connection lost';
      setTimeout(reconnect, RETRY_MS);
    }, { maxRetries: 0 }); // Autobahn.js would come again by itself, with the token that is spent
  }

  // A token works once, so each connection needs a new one.
  function reconnect() {
    var request = new XMLHttpRequest();
    request.open('GET', '/token.php');
    request.onload = function () {
      if (request.status === 200) {
        var answer = JSON.parse(request.responseText);
        connect(answer.userId, answer.token);
      } else {
        location.href = '/'; // to log in again
      }
    };
    request.onerror = function () {
      setTimeout(reconnect, RETRY_MS);
    };
    request.send();
  }

  connect(body.getAttribute('data-user-id'), body.getAttribute('data-token'));
})();
