// Adding torrents in a browser, on the real stack: what is dropped, pasted and chosen, what the page shows of it before,
// and what the daemon then has.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';

import { makeTorrent } from '../support/metainfo.mjs';
import { eventually } from '../support/patience.mjs';
import { startStack } from '../support/stack.mjs';
import { GuiPage, launchBrowser, setWindowFrom } from './browser.mjs';

const extra = 'edubuntu-14.04.5-dvd-amd64.iso';
// What the hidden peer seeds, in several files; in the daemon's order.
const seeded = 'ubuntu-core-16';
// A name of 127.0.0.1 that browsers do not trust without TLS.
const plainHost = 'plain.example';
const stopped = 0;

const layouts = [
  { name: 'desktop', viewport: { width: 1280, height: 800 } },
  { name: 'phone', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
];

let stack;
let browser;
// Of the torrent that is seeded.
let hash;

before(async () => {
  [stack, browser] = await Promise.all([
    startStack(),
    launchBrowser(`--host-resolver-rules=MAP ${plainHost} 127.0.0.1`),
  ]);
  ({ hashString: hash } = await told(seeded, 'hashString'));
});

after(async () => {
  await browser?.close();
  // Its event loop was killed on purpose, and it says so.
  await stack?.stop([/\[torrent_ws:/]);
});

// A small torrent of which nobody has anything.
function small(name, files) {
  const content = files ? { files } : { length: 1000 };
  return makeTorrent({ name, ...content, announce: 'http://127.0.0.1:1/announce', pieceLength: 16_384, hashed: false });
}

const album = small('album', {
  'disc 1/01.flac': 3000,
  'disc 1/02.flac': 4000,
  'disc 2/01.flac': 5000,
  'cover.png': 600,
  'notes.txt': 70,
});

const asFile = ({ name, bytes }) => ({ name: `${name}.torrent`, mimeType: 'application/x-bittorrent', buffer: bytes });
const broken = { name: 'broken.torrent', mimeType: 'application/x-bittorrent', buffer: Buffer.from('d8:announce') };

// What the daemon says of a torrent: the fields; undefined if it has none of that name.
async function told(name, ...fields) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', ...fields] });
  const torrent = torrents.find((each) => each.name === name);
  return torrent && Object.fromEntries(fields.map((field) => [field, torrent[field]]));
}

async function remove(...names) {
  const { torrents } = await stack.rpc.call('torrent-get', { fields: ['name', 'hashString'] });
  const ids = torrents.filter(({ name }) => names.includes(name)).map(({ hashString }) => hashString);
  if (ids.length > 0) await stack.rpc.call('torrent-remove', { ids, 'delete-local-data': true });
}

class AddingPage extends GuiPage {
  get dialog() {
    return this.page.locator('[data-dialog="add"]');
  }

  get chooser() {
    return this.page.locator('[data-dialog="choose-files"]');
  }

  entry(title) {
    return this.dialog.locator(`[data-entry="${title}"]`);
  }

  // A row of the tree of files.
  file(path) {
    return this.page.locator(`[data-path="${path}"]`);
  }

  async isMixed(path) {
    return this.file(path)
      .locator('[type="checkbox"]')
      .evaluate((box) => box.indeterminate);
  }

  confirm() {
    return this.page.locator('dialog [data-action="confirm"]').click();
  }

  async choose(...files) {
    await this.openAddDialog();
    await this.dialog.locator('[name="files"]').setInputFiles(files);
  }

  async closed() {
    await this.dialog.waitFor({ state: 'detached' });
    await this.chooser.waitFor({ state: 'detached' });
  }

  // Gives the page files as if they were dropped or pasted on an element.
  async transfer(kind, selector, files) {
    const sent = files.map(({ name, mimeType, buffer }) => ({ name, mimeType, bytes: [...buffer] }));
    await this.page.evaluate(
      ([event, target, list]) => {
        const data = new DataTransfer();
        for (const { name, mimeType, bytes } of list) {
          data.items.add(new File([new Uint8Array(bytes)], name, { type: mimeType }));
        }
        const options = { bubbles: true, cancelable: true, dataTransfer: data, clipboardData: data };
        const happened = event === 'paste' ? new ClipboardEvent('paste', options) : new DragEvent(event, options);
        document.querySelector(target).dispatchEvent(happened);
      },
      [kind, selector, sent],
    );
  }
}

for (const layout of layouts) {
  describe(`adding on a ${layout.name}`, () => {
    let gui;

    before(async () => {
      gui = await AddingPage.open(browser, stack.tlsUrl, { ...layout, name: `adding-${layout.name}` });
    });

    after(() => gui?.close());

    afterEach(async () => {
      await gui.page.keyboard.press('Escape');
      await gui.closed();
      await remove('album', 'many', extra);
    });

    test('links and info hashes are pasted together, and a URL is fetched by the daemon', async () => {
      fs.copyFileSync(stack.extraTorrent, path.join(stack.root, 'site/extra.torrent'));
      const url = new URL('/extra.torrent', stack.httpUrl).href;
      await gui.paste(`${album.hash.toUpperCase()}\nmagnet:?xt=urn:btih:${'7'.repeat(40)}&dn=linked ${url}`);
      await gui.entry(album.hash).waitFor();
      assert.equal(await gui.dialog.locator('[data-entry]').count(), 3);
      await gui.screenshot('links');
      await gui.confirm();
      await gui.closed();
      await gui.row(extra).waitFor();
      await gui.row('linked').waitFor();
      await gui.row(album.hash).waitFor();
      await remove('linked', album.hash);
    });

    test('what is no link is told, and is not added', async () => {
      await gui.openAddDialog();
      await gui.dialog.locator('[name="links"]').fill('magnet:?xt=urn:btih:1 /etc/passwd');
      await gui.dialog.getByText('will do').waitFor();
      assert.equal(await gui.dialog.locator('[data-action="confirm"]').isDisabled(), true);
    });

    test('files are dropped anywhere, and further ones on the dialog', async () => {
      await gui.transfer('dragover', 'body', [asFile(album)]);
      await gui.page.getByText('Drop .torrent files').waitFor();
      await gui.transfer('drop', 'body', [asFile(album)]);
      await gui.entry('album.torrent').waitFor();
      await gui.transfer('drop', '[data-dialog="add"]', [broken]);
      await gui.transfer('paste', '[name="links"]', [asFile(small('second'))]);
      await gui.entry('second.torrent').waitFor();
      assert.equal(await gui.dialog.locator('[data-entry]').count(), 3);
    });

    test('text that is pasted where the user types is his, and a file is not', async () => {
      await gui.page.getByRole('searchbox').evaluate((box, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        box.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, clipboardData }));
      }, `magnet:?xt=urn:btih:${album.hash}`);
      assert.equal(await gui.dialog.count(), 0);
      await gui.transfer('paste', '[type="search"]', [asFile(album)]);
      await gui.entry('album.torrent').waitFor();
    });

    test('a torrent is added as it was chosen: files, priorities, labels, and not started', async () => {
      await gui.choose(asFile(album));
      await gui.file('album/disc 1').waitFor();
      await gui.dialog.locator('[data-field="trackers"]').getByText('127.0.0.1:1').waitFor();
      await gui.file('album/disc 1/02.flac').locator('[type="checkbox"]').uncheck();
      assert.equal(await gui.isMixed('album/disc 1'), true);
      assert.equal(await gui.isMixed('album'), true);
      assert.equal(await gui.isMixed('album/disc 2'), false);
      await gui.file('album/disc 2').getByRole('combobox').selectOption('High');
      await gui.file('album/notes.txt').getByRole('combobox').selectOption('Low');
      assert.equal(await gui.file('album').getByRole('combobox').inputValue(), '');
      await gui.dialog.getByText('4 of 5 files, 8.67 kB of 12.7 kB').waitFor();
      await gui.screenshot('preview');
      const content = gui.dialog.locator('[data-action="preview"]');
      await content.click();
      await gui.file('album').waitFor({ state: 'detached' });
      await content.click();
      await gui.file('album').waitFor();
      assert.equal(await gui.isMixed('album'), true);

      // That of torrents of the demo, and a new one.
      await gui.dialog.getByLabel('ubuntu', { exact: true }).check();
      await gui.dialog.locator('[name="label"]').fill('music');
      await gui.dialog.locator('[name="label"]').press('Enter');
      await gui.dialog.getByLabel('music', { exact: true }).waitFor();
      await gui.dialog.locator('[name="priority"]').selectOption('High');
      await gui.dialog.locator('[name="start"]').uncheck();
      await gui.screenshot('options');
      await gui.confirm();
      await gui.closed();
      await gui.row('album').waitFor();

      const fields = ['wanted', 'priorities', 'labels', 'bandwidthPriority'];
      assert.deepEqual(await told('album', ...fields), {
        wanted: [1, 0, 1, 1, 1],
        priorities: [0, 0, 1, 0, -1],
        labels: ['ubuntu', 'music'],
        bandwidthPriority: 1,
      });
      await eventually(async () => assert.equal((await told('album', 'status')).status, stopped));
    });

    test('a torrent is put where the user may put it, with the free space told', async () => {
      const downloads = path.join(stack.root, 'downloads');
      await gui.choose(asFile(album));
      const folder = gui.dialog.locator('[name="folder"]');
      await gui.dialog.locator('[data-field="free"]').getByText('free').waitFor();
      await folder.selectOption({ label: 'Another one…' });
      const other = gui.dialog.locator('[name="other-folder"]');
      await other.fill('/etc');
      await gui.dialog.getByText('It must be a folder below').waitFor();
      assert.equal(await gui.dialog.locator('[data-action="confirm"]').isDisabled(), true);
      await other.fill(`${downloads}/films`);
      await gui.screenshot('folder');
      await gui.confirm();
      await gui.closed();
      assert.deepEqual(await told('album', 'downloadDir'), { downloadDir: `${downloads}/films` });
      // It is offered now.
      await gui.choose(asFile(small('new')));
      await folder.selectOption(`${downloads}/films`);
    });

    test('the tree of files goes by keys', async () => {
      await gui.choose(asFile(album));
      await gui.file('album/disc 1').waitFor();
      const tree = gui.page.getByRole('treegrid');
      await tree.focus();
      const press = async (...keys) => {
        for (const key of keys) await tree.press(key);
      };
      await press('ArrowDown', 'ArrowLeft');
      await gui.file('album/disc 1/01.flac').waitFor({ state: 'detached' });
      await press('ArrowRight', 'ArrowRight', ' ', '-');
      assert.equal(await gui.file('album/disc 1/01.flac').locator('[type="checkbox"]').isChecked(), false);
      assert.equal(await gui.file('album/disc 1/01.flac').getByRole('combobox').inputValue(), '-1');
      await press('ArrowLeft', ' ', ' ');
      assert.equal(await gui.file('album/disc 1/01.flac').locator('[type="checkbox"]').isChecked(), false);
      await press('End', '+');
      assert.equal(await gui.file('album/notes.txt').getByRole('combobox').inputValue(), '1');
    });

    test('of ten thousand files those in sight exist', async () => {
      const names = Array.from({ length: 10_000 }, (_, number) => `part ${number % 10}/file ${number}`);
      const many = small('many', Object.fromEntries(names.map((name) => [name, 1])));
      await gui.choose(asFile(many));
      await gui.file('many/part 3').waitFor();
      await gui.file('many/part 3').getByRole('button').click();
      await gui.file('many/part 3/file 3').waitFor();
      await gui.file('many/part 3').locator('[type="checkbox"]').uncheck();
      const tree = gui.page.getByRole('treegrid');
      assert.equal(await tree.getAttribute('aria-rowcount'), '1011');
      assert.ok((await tree.getByRole('row').count()) < 60);
      await tree.press('End');
      await gui.file('many/part 9').waitFor();
      await gui.dialog.getByText('9,000 of 10,000 files').waitFor();
      await gui.screenshot('many-files');
      await gui.confirm();
      await gui.closed();
      const { wanted } = await told('many', 'wanted');
      assert.deepEqual(wanted, names.map((name) => (name.startsWith('part 3/') ? 0 : 1)));
    });

    test('a torrent without any file wanted is not added', async () => {
      await gui.choose(asFile(album));
      await gui.page.locator('[data-files="none"]').click();
      await gui.dialog.getByText('No file of it is wanted').waitFor();
      assert.equal(await gui.dialog.locator('[data-action="confirm"]').isDisabled(), true);
      await gui.page.locator('[data-files="all"]').click();
      assert.equal(await gui.dialog.locator('[data-action="confirm"]').isDisabled(), false);
    });

    test('what is in the list already is marked before, and is not added twice', async () => {
      await stack.rpc.call('torrent-add', { metainfo: album.bytes.toString('base64'), paused: true });
      await gui.choose(asFile(album), asFile(small('new')));
      await gui.dialog.locator('[name="links"]').fill(`magnet:?xt=urn:btih:${album.hash}&dn=linked`);
      await gui.entry('album.torrent').locator('[data-mark="duplicate"]').waitFor();
      await gui.entry('linked').locator('[data-mark="duplicate"]').waitFor();
      assert.equal(await gui.dialog.locator('[data-mark="duplicate"]').count(), 2);
      await gui.screenshot('duplicates');
      await gui.confirm();
      await gui.closed();
      await gui.page.locator('[data-notice="done"]').filter({ hasText: 'was in the list before' }).first().waitFor();
      await gui.row('new').waitFor();
      assert.equal(await gui.row('album').count(), 1);
      await remove('new');
    });

    test('of many files each has its result, and those that fail stay', async () => {
      const torrents = Array.from({ length: 40 }, (_, number) => small(`bulk ${number}`));
      await gui.choose(...torrents.map(asFile), broken);
      await gui.entry('broken.torrent').locator('[data-mark="unreadable"]').waitFor();
      await gui.dialog.getByRole('button', { name: 'Add 41' }).click();
      await gui.dialog.getByText(/broken\.torrent failed/).waitFor();
      for (const { name } of torrents) {
        assert.equal(await gui.entry(`${name}.torrent`).getAttribute('data-outcome'), 'added');
      }
      await gui.screenshot('results');
      await gui.dialog.getByRole('button', { name: 'Leave out broken.torrent' }).click();
      await gui.page.keyboard.press('Escape');
      await gui.closed();
      for (const { name } of torrents) assert.ok(await told(name, 'id'), name);
      await remove(...torrents.map(({ name }) => name));
    });

    test('what is added while the connection is gone is added when it is there again, once', async () => {
      await gui.choose(asFile(album));
      await gui.file('album').waitFor();
      await gui.duringOutage(async () => {
        process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
        await gui.connection('reconnecting');
        await gui.confirm();
        await gui.closed();
      });
      await gui.row('album').waitFor();
      assert.equal(await gui.row('album').count(), 1);
    });

    describe('with the files of a magnet link chosen', () => {
      async function paste(text) {
        await gui.paste(text);
        await gui.dialog.locator('[name="choose-files"]').check();
        await gui.confirm();
      }

      test('it is stopped when its files are known, and downloads those that are wanted', async () => {
        await remove(seeded);
        await paste(`magnet:?xt=urn:btih:${hash}&dn=linked`);
        await gui.chooser.getByText('Waiting for the list of files').waitFor();
        await gui.screenshot('magnet-waits');
        await gui.file(`${seeded}/core.img`).waitFor();
        await eventually(async () => assert.equal((await told(seeded, 'status')).status, stopped));
        await gui.file(`${seeded}/core.img`).locator('[type="checkbox"]').uncheck();
        await gui.file(`${seeded}/doc`).getByRole('combobox').selectOption('High');
        // What is chosen outlives the connection.
        await gui.duringOutage(async () => {
          process.kill((await stack.status()).pids.event_loop, 'SIGKILL');
          await gui.connection('reconnecting');
          await gui.connection('connected');
        });
        await gui.screenshot('magnet-files');
        await gui.confirm();
        await gui.closed();
        const { files, wanted, priorities } = await told(seeded, 'files', 'wanted', 'priorities');
        const of = (list) => Object.fromEntries(files.map(({ name }, number) => [name.slice(seeded.length + 1), list[number]]));
        assert.deepEqual(of(wanted), { 'core.img': 0, 'core.img.sig': 1, 'doc/README': 1, 'doc/SHA256SUMS': 1 });
        assert.deepEqual(of(priorities), { 'core.img': 0, 'core.img.sig': 0, 'doc/README': 1, 'doc/SHA256SUMS': 1 });
        await gui.progressBeyond(seeded, 0);
      });

      test('one that was there before is left as it is', async () => {
        await paste(`magnet:?xt=urn:btih:${hash}`);
        await gui.closed();
        await gui.page.locator('[data-notice="done"]').filter({ hasText: 'was in the list before' }).first().waitFor();
        assert.ok(await told(seeded, 'id'));
      });

      test('it is removed with its data when nothing is chosen, waiting or not', async () => {
        await remove(seeded);
        await paste(`magnet:?xt=urn:btih:${hash}`);
        await gui.file(`${seeded}/core.img`).waitFor();
        await gui.page.keyboard.press('Escape');
        await gui.closed();
        await eventually(async () => assert.equal(await told(seeded, 'id'), undefined));
        assert.equal(fs.existsSync(path.join(stack.root, 'downloads', seeded)), false);
        await paste(`magnet:?xt=urn:btih:${'5'.repeat(40)}&dn=nobody-has-it`);
        await gui.chooser.getByText('No peer yet').waitFor();
        await eventually(async () => assert.ok(await told('nobody-has-it', 'id')));
        await gui.chooser.getByRole('button', { name: 'Cancel' }).click();
        await gui.closed();
        await eventually(async () => assert.equal(await told('nobody-has-it', 'id'), undefined));
      });

      test('it is removed when the page is left', async () => {
        await paste(`magnet:?xt=urn:btih:${'4'.repeat(40)}&dn=left-behind`);
        await gui.chooser.getByText('No peer yet').waitFor();
        await eventually(async () => assert.ok(await told('left-behind', 'id')));
        await gui.page.reload();
        await gui.connection('connected');
        await eventually(async () => assert.equal(await told('left-behind', 'id'), undefined));
      });

      test('of several each has its turn; one is left out, and one is not waited for', async () => {
        const links = ['5', '6'].map((digit) => `magnet:?xt=urn:btih:${digit.repeat(40)}&dn=magnet-${digit}`);
        await paste(links.join('\n'));
        await gui.chooser.getByText('1 of 2').waitFor();
        await gui.chooser.locator('[data-action="leave-out"]').click();
        await gui.chooser.getByText('2 of 2').waitFor();
        await gui.chooser.getByRole('button', { name: 'Add with all files' }).click();
        await gui.closed();
        await gui.row('magnet-6').waitFor();
        await eventually(async () => assert.equal(await told('magnet-5', 'id'), undefined));
        await remove('magnet-6');
      });
    });
  });
}

test('a page without TLS on another host than localhost shows torrent files too, and knows duplicates in a window', async () => {
  const url = new URL(stack.httpUrl);
  url.hostname = plainHost;
  const gui = await AddingPage.open(browser, url.href, {
    ...layouts[0],
    name: 'adding-plain',
    prepare: (page) => setWindowFrom(page, 1),
  });
  assert.equal(await gui.page.evaluate(() => window.isSecureContext), false);
  await stack.rpc.call('torrent-add', { metainfo: album.bytes.toString('base64'), paused: true });
  await gui.choose(asFile(album));
  await gui.file('album/cover.png').waitFor();
  await gui.entry('album.torrent').locator('[data-mark="duplicate"]').waitFor();
  await gui.close();
  await remove('album');
});
