// The torrents, and a chat, with AngularWAMP.

const app = angular.module('torrents', ['vxWamp']);

app.config(($wampProvider) => {
  const url = `${location.protocol.replace('http', 'ws')}//${location.host}/wss/`;
  $wampProvider.init({ url, realm: 'torrents', authmethods: ['ticket'], authid: '1' });
});

app.run(($rootScope, $http, $wamp) => {
  $rootScope.$on('$wamp.onchallenge', (event, { promise }) => {
    $http.get('/token.php').then(({ data }) => promise.resolve(data.token));
  });
  $wamp.open();
});

app.controller('List', function ($scope, $wamp) {
  this.state = 'connecting';
  this.torrents = {};
  $scope.$on('$wamp.open', (event, { details }) => (this.state = `connected as ${details.authid}`));
  $scope.$on('$wamp.close', () => (this.state = 'closed'));

  $wamp.subscribe('torrents', (args, { snapshot, torrents, removed }) => {
    if (snapshot) this.torrents = {};
    for (const [hash, fields] of Object.entries(torrents)) this.torrents[hash] = { ...this.torrents[hash], ...fields };
    for (const hash of removed) delete this.torrents[hash];
  });
  this.call = (procedure, hash) => $wamp.call(procedure, [], { ids: [hash] });

  $wamp.subscribe('com.example.chat', ([word]) => (this.heard = word));
  this.say = () => $wamp.publish('com.example.chat', [this.word], {}, { exclude_me: false });
});
