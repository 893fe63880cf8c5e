// How a script talks with the test that started it: JSON lines. Facts come as the first line; for each address that a
// person has to open, the test answers with the address that their browser was sent back to.
import { createInterface } from 'node:readline'

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()

async function line() {
  const { value, done } = await lines.next()
  if (done) throw new Error('the test is gone')
  return JSON.parse(value)
}

function tell(value) {
  process.stdout.write(JSON.stringify(value) + '\n')
}

export const facts = await line()

export async function browse(login, url, back) {
  tell({ browse: { login, url: String(url), back } })
  return new URL(await line())
}

// Opens the link that a device shows, and lets it in.
export async function letIn(login, url) {
  tell({ let_in: { login, url: String(url) } })
  await line()
}

// A secret that nothing may write down.
export function secret(...made) {
  for (const each of made) if (each) tell({ secret: each })
}

export function passed(name) {
  tell({ passed: name })
}

export function done() {
  tell({ done: true })
  process.exit(0)
}

export function keyOf(jwk) {
  return crypto.subtle.importKey('jwk', { ...jwk, key_ops: undefined, use: undefined }, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign'])
}
