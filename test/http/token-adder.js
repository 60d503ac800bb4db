/** `node token-adder.js <URL of the tokens module> <file> <name> <count>` adds tokens name-1, name-2, ... */
const [module = '', path = '', prefix = '', count = ''] = process.argv.slice(2);
const { addToken } = await import(module);

const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const clock = { now: Date.now, monotonic: Date.now, sinceBoot: Date.now };
for (let number = 1; number <= Number(count); number += 1) {
  addToken({ path, clock, log }, { name: `${prefix}-${number}`, scope: 'read' });
}
