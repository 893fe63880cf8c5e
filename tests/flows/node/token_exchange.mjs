// openid-client: a service exchanges a person's token and acts for that person (RFC 8693).
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { browse, done, facts, passed, secret } from './told.mjs'

const { origin, people, clients } = facts
const orders = (login) => new URL(`${origin}/v1/users/${people[login].subject}/orders`)
const redirect_uri = clients.storefront.redirect_uri
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const accessToken = 'urn:ietf:params:oauth:token-type:access_token'

const storefront = await client.discovery(
  new URL(origin), 'storefront', undefined, client.ClientSecretBasic(clients.storefront.secret),
)
const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
const url = client.buildAuthorizationUrl(storefront, {
  redirect_uri,
  scope: 'orders.read orders.write',
  state: checks.expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  code_challenge_method: 'S256',
})
const tokens = await client.authorizationCodeGrant(storefront, await browse('alice', url, redirect_uri), checks)
secret(tokens.access_token, tokens.refresh_token)

// The test has made a client of the shop itself, with the secret of the stock.
const shop = await client.discovery(new URL(origin), 'shop', undefined, client.ClientSecretBasic(clients.stock.secret))
const asked = { subject_token: tokens.access_token, subject_token_type: accessToken, audience: 'shop' }
const acting = await client.genericGrantRequest(shop, exchange, asked)
secret(acting.access_token)
assert.equal(acting.issued_token_type, accessToken)
assert.equal(acting.scope, 'orders.read')
assert.equal(acting.refresh_token, undefined)
assert.ok(acting.expires_in <= tokens.expires_in)
passed('a token exchanged for less')

assert.equal((await client.fetchProtectedResource(shop, acting.access_token, orders('alice'), 'GET')).status, 200)
assert.equal((await client.fetchProtectedResource(shop, acting.access_token, orders('bob'), 'GET')).status, 403)
passed('the orders of the person, and of nobody else')

const told = await client.tokenIntrospection(shop, acting.access_token)
assert.deepEqual([told.sub, told.client_id, told.act], [people.alice.subject, 'shop', { sub: 'shop' }])
passed('who acts')

const refused = { error: 'unauthorized_client' }
await assert.rejects(client.genericGrantRequest(storefront, exchange, asked), refused)
await assert.rejects(client.genericGrantRequest(shop, exchange, { ...asked, scope: 'orders.write' }), { error: 'invalid_scope' })
passed('nobody else, and no more')

await client.tokenRevocation(storefront, tokens.refresh_token)
assert.equal((await client.tokenIntrospection(shop, acting.access_token)).active, false)
await assert.rejects(client.genericGrantRequest(shop, exchange, asked), { error: 'invalid_request' })
passed('dead with what the person granted')

done()
