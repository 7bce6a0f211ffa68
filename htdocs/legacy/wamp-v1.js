// The part of Autobahn.js 0.8 that torrents.js needs, under the same names: a site that has Autobahn.js goes on using it.
var ab = (function () {
  'use strict';

  var WELCOME = 0, CALL = 2, CALLRESULT = 3, CALLERROR = 4, SUBSCRIBE = 5, EVENT = 8;

  function Session(socket) {
    this._socket = socket;
    this._subscriptions = {}; // by topic
    this._calls = {};         // by id
    this._lastCall = 0;
  }

  // Tells onevent the topic and the event.
  Session.prototype.subscribe = function (topic, onevent) {
    this._subscriptions[topic] = onevent;
    this._send([SUBSCRIBE, topic]);
  };

  // A promise of the result; an error has the members uri, desc and perhaps details.
  Session.prototype.call = function (procedure) {
    var self = this, id = String(++self._lastCall), args = Array.prototype.slice.call(arguments, 1);
    return new Promise(function (resolve, reject) {
      self._calls[id] = { resolve: resolve, reject: reject };
      self._send([CALL, id, procedure].concat(args));
    });
  };

  Session.prototype._send = function (message) {
    this._socket.send(JSON.stringify(message));
  };

  Session.prototype._take = function (message) {
    var call = this._calls[message[1]];
    switch (message[0]) {
      case EVENT:
        this._subscriptions[message[1]](message[1], message[2]);
        break;
      case CALLRESULT:
        delete this._calls[message[1]];
        call.resolve(message[2]);
        break;
      case CALLERROR:
        delete this._calls[message[1]];
        call.reject({ uri: message[2], desc: message[3], details: message[4] });
        break;
    }
  };

  // Tells onconnect the session when it is welcomed, and onhangup the close code when the connection has ended. There is
  // no second try.
  function connect(url, onconnect, onhangup) {
    var socket = new WebSocket(url, 'wamp'), session = new Session(socket);
    socket.onmessage = function (event) {
      var message = JSON.parse(event.data);
      if (message[0] === WELCOME) {
        onconnect(session);
      } else {
        session._take(message);
      }
    };
    socket.onclose = function (event) {
      onhangup(event.code);
    };
  }

  return { connect: connect };
})();
