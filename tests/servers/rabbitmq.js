'use strict';
// Debian's RabbitMQ for a test: see local.js. A node of its own name, cookie, port mapper and folders, so that any number run at once.
const { once } = require('events');
const fs = require('fs');
const path = require('path');
const { LocalServer } = require('./local');

const SERVER = '/usr/lib/rabbitmq/bin/rabbitmq-server';
// Two schedulers that do not spin: tests share the machine.
const ERLANG = '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}';

async function prepare(server) {
  if (!fs.existsSync(SERVER)) throw new Error('there is no RabbitMQ: make deps installs it');
  fs.writeFileSync(path.join(server.folder, 'enabled_plugins'), '[].');
}

// Erlang's port mapper, which a node would otherwise leave running when it ends.
async function startPortMapper(server, port) {
  const mapper = server.launch('epmd', ['-port', String(port), '-address', '127.0.0.1', '-d']);
  await Promise.race([once(mapper.stderr, 'data'), mapper.ended]);
}

function command(server) {
  const [port, distribution, mapper] = server.ports;
  const at = (name) => path.join(server.folder, name);
  fs.writeFileSync(
    at('rabbitmq.conf'),
    `listeners.tcp.1 = 127.0.0.1:${port}\nlog.console = true\nlog.console.level = info\n`,
  );
  return {
    file: SERVER,
    args: [],
    env: {
      RUNNING_UNDER_SYSTEMD: 'true', // the script becomes the node: signals reach it, and its end is the script's
      RABBITMQ_NODENAME: 'parley-test@localhost',
      RABBITMQ_DIST_PORT: String(distribution),
      ERL_EPMD_PORT: String(mapper),
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
      RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
      RABBITMQ_MNESIA_BASE: at('mnesia'),
      RABBITMQ_LOG_BASE: at('log'),
      RABBITMQ_LOGS: '-',
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: ERLANG,
    },
  };
}

class Rabbitmq extends LocalServer {
  async start() {
    if (this.portMapper !== this.ports[2]) {
      await startPortMapper(this, this.ports[2]);
      this.portMapper = this.ports[2];
    }
    await super.start();
    this.url = `amqp://guest:guest@127.0.0.1:${this.port}`;
  }
}

/** @returns {Promise<Rabbitmq & {url: string}>} */
function startRabbitmq() {
  const server = new Rabbitmq({
    name: 'rabbitmq',
    ready: /Server startup complete/,
    stopSignal: 'SIGTERM',
    ports: 3,
    prepare,
    command,
  });
  return server.create();
}

module.exports = { startRabbitmq };
