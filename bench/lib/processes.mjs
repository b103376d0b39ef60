// Programs that a bench starts and measures from outside: starting one that says a line when it is ready, and its time and memory.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';

const START_MS = 20_000;

/** Starts `command` (a command line of a contender) and waits for the first line that it prints. */
export async function startProgram([program, ...before], ...args) {
  const child = spawn(program, [...before, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said = String(text);
  });
  const signal = AbortSignal.timeout(START_MS);
  const gone = once(child, 'exit', { signal }).then(() => {
    throw new Error(said.trim() || 'the program ended early');
  });
  try {
    const [line] = await Promise.race([once(child.stdout, 'data', { signal }), gone]);
    gone.catch(() => {});
    return { child, line: String(line).trim() };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

/** Ends a program that startProgram() started, and waits for its end. */
export async function stopProgram(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

const statOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');

/** User and system time of a process and of its living children, in seconds (Linux counts in ticks of 10 ms). */
export function cpuSeconds(pid) {
  const family = readdirSync('/proc').filter((name) => {
    if (name === String(pid)) return true;
    if (!/^\d+$/.test(name)) return false;
    try {
      return statOf(name)[1] === String(pid);
    } catch {
      return false; // ended meanwhile
    }
  });
  let ticks = 0;
  for (const member of family) {
    const fields = statOf(member);
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / 100;
}

// In bytes. What is private only because no other process has the same library loaded (Private_Clean) comes and goes with others.
export function ownMemory(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Private_Dirty:\s+(\d+) kB/m.exec(text)[1]) * 1024;
}

/** Runs wrk against a port of this machine: what it measured as requests, and as requests a second. */
export function wrk(port, args) {
  const url = `http://127.0.0.1:${port}/`;
  const { stdout, error } = spawnSync('wrk', ['-t1', ...args, url], { encoding: 'utf8', timeout: 60_000 });
  if (error) throw error;
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout);
  if (!rate || /Socket errors|Non-2xx/.test(stdout)) throw new Error(`wrk: ${stdout}`);
  return { requests: Number(/(\d+) requests in/.exec(stdout)[1]), rate: Number(rate[1]) };
}

/** The same keys, with a function that calls `fn` on the value. */
export const forEach = (object, fn) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, async () => fn(value)]));

/**
 * One long-lived server a contender, `start(command)` gives `{child, …}`: those that cannot run it are left out.
 * @returns {Promise<Record<string, object>>}
 */
export async function startServers(programs, optional, start) {
  const servers = {};
  for (const [name, command] of Object.entries(programs)) {
    try {
      servers[name] = await start(command);
    } catch (error) {
      if (!optional.includes(name)) throw error;
      process.stderr.write(`without ${name}: ${error.message.split('\n')[0]}\n`);
    }
  }
  return servers;
}
