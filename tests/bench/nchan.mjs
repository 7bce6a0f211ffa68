// The peer for publishing over HTTP: nginx with nchan, which is unpacked and not installed (conf/demo/install-packages.sh).

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { freePort, get } from '../../conf/demo/network.mjs';
import { eventually } from '../support/patience.mjs';
import { processTree } from '../support/processes.mjs';
import { build } from '../support/stack.mjs';

const packages = path.join(build, 'packages');

// {publishUrl, subscribeUrl, pids(), stop()}: one channel.
export async function startNchan() {
  const port = await freePort();
  const folder = path.join(build, 'tests', `nchan-${process.pid}`);
  fs.mkdirSync(folder, { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
  const file = path.join(folder, 'nginx.conf');
  fs.writeFileSync(
    file,
    `load_module ${packages}/usr/lib/nginx/modules/ngx_nchan_module.so;
user root;
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000;
  ${temporary.join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    location /publish { nchan_publisher; nchan_channel_id one; }
    location /subscribe { nchan_subscriber websocket; nchan_channel_id one; }
    location /up { return 204; }
  }
}
`,
  );
  // The module makes folders at the place that was compiled in, whatever the configuration says: nobody else sees these.
  const alone = 'mount -t tmpfs none /var/lib && mkdir /var/lib/nginx && exec "$@"';
  const command = [path.join(packages, 'usr/sbin/nginx'), '-e', `${folder}/error.log`, '-c', file];
  const nginx = spawn('unshare', ['--mount', 'sh', '-c', alone, 'sh', ...command], { stdio: 'inherit' });
  await eventually(() => get(`http://127.0.0.1:${port}/up`, {}));
  return {
    publishUrl: `http://127.0.0.1:${port}/publish`,
    subscribeUrl: `ws://127.0.0.1:${port}/subscribe`,
    pids: () => processTree(nginx.pid).map(({ pid }) => pid),
    stop: () => nginx.kill('SIGTERM'),
  };
}
