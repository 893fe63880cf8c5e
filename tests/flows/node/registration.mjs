// openid-client: dynamic registration with an initial access token, what is registered then, and its end.
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { browse, done, facts, passed, secret } from './told.mjs'

const { origin, people, initial_access_token: initialAccessToken } = facts
const redirect_uri = 'https://book.example/callback'
const metadata = {
  client_name: 'Ledger Book',
  redirect_uris: [redirect_uri],
  grant_types: ['authorization_code', 'refresh_token'],
  token_endpoint_auth_method: 'client_secret_basic',
  scope: 'openid orders.read offline_access',
}
const register = (changes, token) =>
  client.dynamicClientRegistration(new URL(origin), { ...metadata, ...changes }, client.ClientSecretBasic(), {
    initialAccessToken: token,
  })
const orders = new URL(`${origin}/v1/users/${people.alice.subject}/orders`)

// Gateways hear of clients by the feed: soon, and not at once.
async function until(status, ask) {
  for (let tries = 0; tries < 100; tries++) {
    if ((await ask().catch((error) => error)).status === status) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail(`never ${status}`)
}

await assert.rejects(register({}, 'not-the-initial-access-token-of-anybody'), { code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE' })
passed('a wrong initial access token')

await assert.rejects(register({ scope: 'orders.write' }, initialAccessToken), { error: 'invalid_client_metadata' })
await assert.rejects(register({ redirect_uris: ['javascript:alert(1)'] }, initialAccessToken), {
  error: 'invalid_redirect_uri',
})
passed('what no such client gets')

const book = await register({}, initialAccessToken)
const known = book.clientMetadata()
secret(known.client_secret, known.registration_access_token)
assert.equal(known.client_name, 'Ledger Book')
passed('registration')

const verifier = client.randomPKCECodeVerifier()
const url = await client.buildAuthorizationUrlWithPAR(book, {
  redirect_uri,
  scope: metadata.scope,
  state: 'for-book',
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
})
const back = await browse('alice', url, redirect_uri)
const tokens = await client.authorizationCodeGrant(book, back, { pkceCodeVerifier: verifier, expectedState: 'for-book' })
secret(tokens.access_token, tokens.refresh_token, tokens.id_token)
assert.equal(tokens.claims().sub, people.alice.subject)
await until(200, () => client.fetchProtectedResource(book, tokens.access_token, orders, 'GET'))
const renewed = await client.refreshTokenGrant(book, tokens.refresh_token)
secret(renewed.access_token, renewed.refresh_token, renewed.id_token)
passed('it acts for a person who agreed')

const mine = { headers: { authorization: `Bearer ${known.registration_access_token}` } }
const read = await fetch(known.registration_client_uri, mine)
assert.equal((await read.json()).client_id, known.client_id)
assert.equal((await fetch(known.registration_client_uri, { ...mine, method: 'DELETE' })).status, 204)
await assert.rejects(client.refreshTokenGrant(book, renewed.refresh_token), { status: 401 })
await until(401, () => client.fetchProtectedResource(book, renewed.access_token, orders, 'GET'))
passed('its end')

done()
