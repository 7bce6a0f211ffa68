// What the page says of commands and of itself, while daemons hang, servers die and pages come and go.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { writePasswords } from '../support/basic-login.mjs';
import { loadModules } from '../support/httpd-modules.mjs';
import { LongListDaemon } from '../support/long-list-daemon.mjs';
import { eventually } from '../support/patience.mjs';
import { restartHttpd, whileStopped } from '../support/processes.mjs';
import { startStack } from '../support/stack.mjs';
import { signedInClient } from '../support/wamp.mjs';
import { GuiPage, launchBrowser } from './browser.mjs';

const moving = 'ubuntu-16.10-desktop-amd64.iso';
const core = 'ubuntu-core-16';
const extra = 'edubuntu-14.04.5-dvd-amd64.iso';
const layouts = [
  { name: 'desktop', scheme: 'tlsUrl', viewport: { width: 1280, height: 800 } },
  { name: 'phone', scheme: 'httpUrl', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

let stack;
let browser;
let folder; // of the site's passwords

// A page that the site's own login guards, and nothing else signs in.
const guardedPage = (origin) => `<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="/gui/app.css">
<div id="torrent-ws" data-url="${origin.replace(/^http/, 'ws')}guarded/wss/" data-realm="torrents"></div>
<script type="module" src="/gui/app.js"></script>
`;
const password = 'of the administrator';
const setPassword = (secret) => writePasswords(path.join(folder, 'passwords'), { 1: secret });

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'state-'));
  fs.chmodSync(folder, 0o755);
  setPassword(password);
  const conf = `
${loadModules('auth_basic', 'authn_core', 'authn_file', 'authz_user')}
AddType text/html .html
<Location /guarded/>
  AuthType Basic
  AuthName guarded
  AuthUserFile ${folder}/passwords
  Require valid-user
</Location>
<Location /guarded/wss/>
  SetHandler torrent-ws
</Location>
`;
  [stack, browser] = await Promise.all([startStack({ conf }), launchBrowser()]);
  fs.mkdirSync(path.join(stack.root, 'site/guarded'));
  for (const scheme of ['http', 'tls']) {
    fs.writeFileSync(path.join(stack.root, `site/guarded/${scheme}Url.html`), guardedPage(stack[`${scheme}Url`]));
  }
  await stack.rpc.call('session-set', { 'speed-limit-down': 1000 });
});

after(async () => {
  await browser?.close();
  // Its processes were killed on purpose, and it says so.
  await stack?.stop([/\[torrent_ws:/, / AH01617: /]);
  fs.rmSync(folder, { recursive: true });
});

class StatePage extends GuiPage {
  badge(torrent, state) {
    return this.row(torrent).locator(`[data-command-badge="${state}"]`);
  }

  // No command of the torrent is shown any more.
  settled(torrent) {
    return this.row(torrent).locator('[data-command-badge]').waitFor({ state: 'detached' });
  }

  async select(torrent) {
    // On a phone taps collect several.
    while (await this.page.locator('[data-hash][aria-selected="true"]').count()) {
      await this.page.locator('[data-hash][aria-selected="true"]').first().click({ modifiers: ['Control'] });
    }
    await this.row(torrent).click();
  }

  // Clicks a button that may be out of order without a connection.
  press(action) {
    return this.page.locator(`[role="toolbar"] [data-action="${action}"]`).evaluate((button) => {
      button.disabled = false;
      button.click();
    });
  }

  // The connection ends, and there is no network for another one.
  async loseConnection() {
    await this.page.context().setOffline(true);
    await killEventLoop();
    await this.connection('reconnecting');
  }

  async regainConnection() {
    await this.page.context().setOffline(false);
    await this.connection('connected');
  }

  get activityButton() {
    return this.page.locator('[data-action="activity"]');
  }

  get panel() {
    return this.page.getByRole('dialog', { name: 'Activity' });
  }

  // The newest command in the panel with this state.
  entry(state) {
    return this.panel.locator(`[data-entry="${state}"]`).first();
  }

  async clearActivity() {
    if (!(await this.panel.isVisible())) await this.activityButton.click();
    const clear = this.panel.locator('[data-action="forget-all"]');
    if (await clear.isEnabled()) await clear.click();
    await this.panel.press('Escape');
    await this.panel.waitFor({ state: 'detached' });
  }
}

async function statusOf(name) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', 'status'] });
  return torrents.find((torrent) => torrent.name === name)?.status;
}

async function hashOf(name) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', 'hashString'] });
  return torrents.find((torrent) => torrent.name === name).hashString;
}

function killIfAlive(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

async function killEventLoop() {
  process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
}

for (const { name, scheme, ...context } of layouts) {
  describe(`on a ${name}`, () => {
    let gui;
    const open = (further = {}) => StatePage.open(browser, stack[scheme], { name: `state-${name}`, ...context, ...further });

    // A test during which the server dies for this page, too.
    const testOutage = (title, steps) =>
      test(title, () =>
        gui.duringOutage(async () => {
          await steps();
          await gui.connection('connected');
        }),
      );

    before(async () => {
      gui = await open();
      await gui.page.evaluate(() => (window.isSamePage = true));
    });
    after(() => gui?.close());

    test('a daemon that hangs: what is asked of it is pending, here and in other pages, with the reason', async () => {
      const other = await open();
      await whileStopped(stack.pid('transmission'), async () => {
        await gui.select(moving);
        await gui.act('stop');
        await gui.badge(moving, 'pending').getByText('Stopping…').waitFor();
        await other.badge(moving, 'pending').waitFor();
        await gui.activityButton.click();
        await gui.entry('pending').getByText('has not answered yet').waitFor();
        await gui.entry('pending').getByText(/does not answer since \d/).waitFor();
        await gui.screenshot('pending');
        await gui.daemon('busy').waitFor();
        await other.page.reload();
        await other.badge(moving, 'pending').waitFor();
      });
      await gui.status(moving, 'Stopped');
      await other.status(moving, 'Stopped');
      await gui.settled(moving);
      await gui.entry('done').getByText(`Stopping “${moving}”`).waitFor();
      await gui.clearActivity();
      await gui.act('start');
      await gui.settled(moving);
      await other.close();
    });

    test('what another page asked for and was refused shows with its error and what to do, once', async () => {
      const ids = [await hashOf(core)];
      const client = await signedInClient(stack);
      await assert.rejects(client.call('torrent.set_location', { ids, location: '/not/a/root' }));
      await gui.badge(core, 'failed').getByText('Failed: moving').waitFor();
      await gui.page.locator('[data-action="activity"][data-troubled="1"]').waitFor();
      await gui.badge(core, 'failed').click();
      await gui.entry('failed').getByText(/download root/).waitFor();
      await gui.entry('failed').getByText('Correct what the message names').waitFor();
      await gui.screenshot('failed');
      await gui.entry('failed').locator('[data-action="forget"]').click();
      await gui.settled(core);
      await gui.panel.press('Escape');
      assert.equal(await gui.activityButton.evaluate((button) => button === document.activeElement), true);
    });

    test('commands that are given without a connection are sent when there is one, once each and in their order', async () => {
      await gui.duringOutage(async () => {
        await gui.loseConnection();
        await gui.select(core);
        for (const action of ['stop', 'start', 'stop']) await gui.press(action);
        await gui.badge(core, 'waiting').getByText('Waits: stopping').waitFor();
        await gui.activityButton.click();
        assert.equal(await gui.panel.locator('[data-entry="waiting"]').count(), 3);
        await gui.entry('waiting').getByText('Waits for the connection').waitFor();
        await gui.screenshot('waiting');
        await gui.regainConnection();
      });
      await gui.status(core, 'Stopped');
      await gui.settled(core);
      assert.equal(await gui.panel.locator('[data-entry="done"]').filter({ hasText: core }).count(), 3);
      await gui.clearActivity();
      await gui.act('start');
      await gui.settled(core);
    });

    test('what is asked of a daemon that is down is done when it is up', async () => {
      // The demo starts it again each time.
      const killing = setInterval(() => killIfAlive(stack.pid('transmission')), 100);
      try {
        await gui.daemon('down').waitFor();
        await gui.select(core);
        await gui.act('stop');
        await gui.badge(core, 'waiting').waitFor();
        await gui.activityButton.click();
        await gui.entry('waiting').getByText('Waits until the daemon is up').waitFor();
      } finally {
        clearInterval(killing);
      }
      await gui.daemon('up').waitFor();
      await gui.entry('done').getByText(core).waitFor();
      await gui.status(core, 'Stopped');
      await gui.clearActivity();
      await gui.act('start');
      await gui.settled(core);
    });

    testOutage('what was not sent when the page was left is sent by the next one, once', async () => {
      const other = await open();
      await other.duringOutage(async () => {
        await other.loseConnection();
        await other.select(core);
        await other.press('stop');
        await other.badge(core, 'waiting').waitFor();
        await other.page.context().setOffline(false);
        await other.page.reload();
        await other.connection('connected');
      });
      await other.status(core, 'Stopped');
      await gui.connection('connected');
      await gui.clearActivity();
      await other.page.reload();
      await other.row(core).waitFor();
      await gui.activityButton.click();
      assert.equal(await gui.panel.locator('[data-entry]').count(), 0);
      await gui.panel.press('Escape');
      await other.close();
    });

    test('a call whose answer was lost is unknown, and can be made again', async () => {
      await gui.duringOutage(async () => {
        await whileStopped(stack.pid('transmission'), async () => {
          await gui.select(moving);
          await gui.act('stop');
          await gui.badge(moving, 'pending').waitFor();
          await killEventLoop();
          await gui.badge(moving, 'unknown').waitFor();
          await gui.connection('connected');
          await gui.badge(moving, 'unknown').click();
          await gui.entry('unknown').getByText('See in the list whether it was done').waitFor();
          await gui.screenshot('unknown');
        });
        await gui.entry('unknown').locator('[data-action="repeat"]').click();
        await gui.entry('done').waitFor();
      });
      await gui.status(moving, 'Stopped');
      await gui.settled(moving);
      await gui.clearActivity();
      await gui.act('start');
      await gui.settled(moving);
    });

    test('a removal can be undone for a while, and is done when the page is left', async () => {
      await stack.rpc.call('torrent-add', { filename: stack.extraTorrent, paused: true });
      const remove = async () => {
        await gui.select(extra);
        await gui.act('remove');
        await gui.page.locator('[data-dialog="remove"] [data-action="confirm"]').click();
        await gui.badge(extra, 'waiting').waitFor();
      };
      await remove();
      await gui.screenshot('undo');
      await gui.page.locator('[data-notice="offer"] [data-notice-action]').click();
      await gui.settled(extra);
      if (name === 'desktop') {
        await remove();
        await gui.page.keyboard.press('Control+z');
        await gui.settled(extra);
      }
      assert.notEqual(await statusOf(extra), undefined);
      await remove();
      await gui.page.reload();
      await gui.connection('connected');
      await eventually(async () => assert.equal(await statusOf(extra), undefined));
      await gui.row(extra).waitFor({ state: 'detached' });
      await gui.page.evaluate(() => (window.isSamePage = true));
    });

    test('a graceful restart and one of everything are outlived without a reload', async () => {
      await gui.duringOutage(async () => {
        await restartHttpd(stack);
        await restartHttpd(stack, 'SIGHUP');
        await gui.select(moving);
        await gui.press('stop');
        await gui.status(moving, 'Stopped');
        await gui.press('start');
        await gui.settled(moving);
        await gui.connection('connected');
      });
      assert.equal(await gui.page.evaluate(() => window.isSamePage), true);
    });

    testOutage('when the site’s session is over its login page opens, and leads back', async () => {
      const page = await (await browser.newContext({ ignoreHTTPSErrors: true, ...context })).newPage();
      await page.goto(new URL('/login.php?return=/?here', stack[scheme]).href);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.locator('[data-connection="connected"]').waitFor();
      await page.context().clearCookies();
      await killEventLoop();
      await page.waitForURL(/login\.php\?return=/);
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL(/\/\?here$/);
      await page.locator('[data-connection="connected"]').waitFor();
      // Who is sent back signed out is not sent to and fro.
      await page.context().clearCookies();
      await killEventLoop();
      await page.locator('[data-connection="signed-out"]').waitFor();
      assert.match(await page.getByRole('link', { name: 'Log in again' }).getAttribute('href'), /login\.php/);
      await page.context().close();
    });

    testOutage('another user who has logged in at the site begins with a page of his own', async () => {
      const other = await open();
      await other.duringOutage(async () => {
        await other.page.evaluate(() => (window.isSamePage = true));
        await other.page.route('**/token.php', async (route) => {
          const response = await route.fetch();
          const json = { ...(await response.json()), userId: 2, token: await stack.token(2) };
          await route.fulfill({ response, json });
        });
        await killEventLoop();
        await other.page.waitForFunction(() => window.isSamePage === undefined);
        await other.connection('connected');
      });
      await other.close();
    });

    testOutage('the site’s own login is enough, for as long as it lasts', async () => {
      const url = new URL(`/guarded/${scheme}.html`, stack[scheme]).href;
      const httpCredentials = { username: '1', password };
      const other = await StatePage.open(browser, url, { name: `guarded-${name}`, ...context, httpCredentials });
      await other.duringOutage(async () => {
        await killEventLoop();
        await other.connection('reconnecting');
        await other.connection('connected');
        setPassword('another one');
        await killEventLoop();
        await other.connection('signed-out');
        setPassword(password);
        await other.page.getByRole('button', { name: 'Try again' }).click();
        await other.connection('connected');
      });
      await other.close();
    });
  });
}

// A daemon with many torrents, of which the test says what it answers to torrent-stop.
class StoppingDaemon extends LongListDaemon {
  // Resolves with the daemon's `result`.
  onStop = async () => 'success';

  async respond(request, response, body) {
    if (JSON.parse(body).method !== 'torrent-stop') return super.respond(request, response, body);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ result: await this.onStop(), arguments: {} }));
  }
}

describe('a command for many torrents', () => {
  let daemon;
  let crowded;

  before(async () => {
    daemon = await StoppingDaemon.start(600);
    daemon.calm = true;
    crowded = await startStack({ backend: daemon.url });
  });
  after(async () => {
    await crowded?.stop();
    await daemon?.stop();
  });

  for (const { name, scheme, ...context } of layouts) {
    test(`tells how far it is and what failed, on a ${name}`, async () => {
      const gui = await StatePage.open(browser, crowded[scheme], { name: `bulk-${name}`, ...context });
      let calls = 0;
      let goOn;
      const held = new Promise((resolve) => (goOn = resolve));
      daemon.onStop = async () => {
        calls += 1;
        if (calls === 2) await held;
        return calls === 2 ? 'the disk is read-only' : 'success';
      };
      await gui.page.locator('[role="grid"]').focus();
      await gui.page.keyboard.press('Control+a');
      await gui.act('stop');
      await gui.activityButton.getByText('Stopping 250 of 600 torrents').waitFor();
      await gui.activityButton.click();
      await gui.entry('pending').getByText('has not answered yet').waitFor();
      await gui.screenshot('progress');
      goOn();
      await gui.entry('failed').getByText('Stopping 600 torrents').waitFor();
      await gui.entry('failed').getByText('the disk is read-only').waitFor();
      await gui.entry('failed').getByText('245 more').waitFor();
      assert.equal(await gui.page.locator('[data-notice="error"]').count(), 1);
      await gui.screenshot('outcome');
      assert.equal(calls, 3);
      await gui.entry('failed').locator('[data-action="repeat"]').click();
      await gui.entry('done').getByText('Stopping 600 torrents').waitFor();
      assert.equal(calls, 4);
      await gui.close();
    });
  }
});
