// openid-client: discovery, code with PKCE, device flow, ID token, userinfo, refresh, introspection, revocation, sign-out, and the API.
import assert from 'node:assert/strict'
import * as client from 'openid-client'
import { browse, done, facts, keyOf, letIn, passed, secret } from './told.mjs'

const { origin, people, clients } = facts
const orders = (login) => new URL(`${origin}/v1/users/${people[login].subject}/orders`)

function discovered(name, auth) {
  return client.discovery(new URL(origin), name, clients[name].secret ?? undefined, auth)
}

async function signIn(config, name, login, scope, more = {}, pushes = false, DPoP = undefined) {
  const redirect_uri = clients[name].redirect_uri
  const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
  const nonce = scope.split(' ').includes('openid') ? { expectedNonce: client.randomNonce() } : {}
  const build = pushes ? client.buildAuthorizationUrlWithPAR : client.buildAuthorizationUrl
  const url = await build(config, {
    redirect_uri,
    scope,
    state: checks.expectedState,
    code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...(nonce.expectedNonce ? { nonce: nonce.expectedNonce } : {}),
    ...more,
  })
  const back = await browse(login, url, redirect_uri)
  const tokens = await client.authorizationCodeGrant(config, back, { ...checks, ...nonce }, undefined, { DPoP })
  secret(tokens.access_token, tokens.refresh_token, tokens.id_token)
  return tokens
}

const storefront = await discovered('storefront', client.ClientSecretBasic(clients.storefront.secret))
assert.equal(storefront.serverMetadata().issuer, origin)
assert.ok(storefront.serverMetadata().supportsPKCE())
passed('discovery')

const tokens = await signIn(storefront, 'storefront', 'alice', 'openid profile email orders.read orders.write')
assert.equal(tokens.claims().sub, people.alice.subject)
passed('code with PKCE, state, nonce, iss, ID token')

const told = await client.fetchUserInfo(storefront, tokens.access_token, people.alice.subject)
assert.equal(told.name, people.alice.name)
passed('userinfo')

const own = await client.fetchProtectedResource(storefront, tokens.access_token, orders('alice'), 'GET')
assert.equal(own.status, 200)
const other = await client.fetchProtectedResource(storefront, tokens.access_token, orders('bob'), 'GET')
assert.equal(other.status, 403)
passed('the API')

const renewed = await client.refreshTokenGrant(storefront, tokens.refresh_token)
secret(renewed.access_token, renewed.refresh_token, renewed.id_token)
assert.notEqual(renewed.refresh_token, tokens.refresh_token)
passed('refresh')

const living = await client.tokenIntrospection(storefront, renewed.access_token)
assert.equal(living.active, true)
await client.tokenRevocation(storefront, renewed.refresh_token)
assert.equal((await client.tokenIntrospection(storefront, renewed.access_token)).active, false)
passed('introspection and revocation')

await assert.rejects(client.refreshTokenGrant(storefront, renewed.refresh_token), { error: 'invalid_grant' })
passed('a revoked refresh token')

const fresh = await signIn(storefront, 'storefront', 'bob', 'openid orders.read', { max_age: '0', prompt: 'login' })
assert.ok(fresh.claims().auth_time)
const away = client.buildEndSessionUrl(storefront, {
  id_token_hint: fresh.id_token,
  post_logout_redirect_uri: clients.storefront.redirect_uri,
  state: 'bye',
})
const back = await browse('bob', away, clients.storefront.redirect_uri)
assert.equal(back.searchParams.get('state'), 'bye')
passed('sign-out')

client.useJwtResponseMode(storefront)
const sealed = await signIn(storefront, 'storefront', 'bob', 'openid orders.read')
assert.equal(sealed.claims().sub, people.bob.subject)
passed('a signed authorization response')

const shelf = await discovered('shelf', client.None())
await assert.rejects(signIn(shelf, 'shelf', 'bob', 'openid orders.read'), { error: 'invalid_request' })
const DPoP = client.getDPoPHandle(shelf, await client.randomDPoPKeyPair('ES256'))
const bound = await signIn(shelf, 'shelf', 'bob', 'openid orders.read', {}, false, DPoP)
assert.equal(bound.token_type, 'dpop')
const ask = (token, more) => client.fetchProtectedResource(shelf, token, orders('bob'), 'GET', null, null, more)
assert.equal((await ask(bound.access_token, { DPoP })).status, 200)
await assert.rejects(ask(bound.access_token, {}), { status: 401 })
const thief = client.getDPoPHandle(shelf, await client.randomDPoPKeyPair('ES256'))
await assert.rejects(ask(bound.access_token, { DPoP: thief }), { status: 401 })
assert.ok(await client.fetchUserInfo(shelf, bound.access_token, people.bob.subject, { DPoP }))
const later = await client.refreshTokenGrant(shelf, bound.refresh_token, {}, { DPoP })
secret(later.access_token, later.refresh_token, later.id_token)
assert.equal((await ask(later.access_token, { DPoP })).status, 200)
await assert.rejects(client.refreshTokenGrant(shelf, later.refresh_token, {}, { DPoP: thief }), { error: 'invalid_grant' })
await assert.rejects(client.refreshTokenGrant(shelf, later.refresh_token, {}, { DPoP }), { error: 'invalid_grant' })
passed('a public client whose tokens are bound to its key (DPoP)')

const pocketbook = await discovered('pocketbook', client.ClientSecretBasic(clients.pocketbook.secret))
const lent = await signIn(pocketbook, 'pocketbook', 'dave', 'orders.read', {}, true)
assert.equal(lent.scope, 'orders.read')
const unpushed = await fetch(client.buildAuthorizationUrl(pocketbook, {
  redirect_uri: clients.pocketbook.redirect_uri,
  scope: 'orders.read',
  code_challenge: await client.calculatePKCECodeChallenge(client.randomPKCECodeVerifier()),
  code_challenge_method: 'S256',
}), { redirect: 'manual' })
assert.equal(unpushed.status, 400)
passed('a third party, with a pushed request and consent')

const till = await discovered('till', client.None())
const shown = await client.initiateDeviceAuthorization(till, { scope: 'openid orders.read', device_name: 'Till 3' })
secret(shown.device_code)
await letIn('bob', shown.verification_uri_complete)
const tillsKey = { DPoP: client.getDPoPHandle(till, await client.randomDPoPKeyPair('ES256')) }
const atTill = await client.pollDeviceAuthorizationGrant(till, shown, {}, tillsKey)
secret(atTill.access_token, atTill.refresh_token, atTill.id_token)
assert.equal(atTill.claims().sub, people.bob.subject)
const sold = await client.fetchProtectedResource(
  till, atTill.access_token, orders('bob'), 'GET', undefined, undefined, tillsKey,
)
assert.equal(sold.status, 200)
const kept = await client.refreshTokenGrant(till, atTill.refresh_token, {}, tillsKey)
secret(kept.access_token, kept.refresh_token, kept.id_token)
await assert.rejects(client.pollDeviceAuthorizationGrant(till, shown, {}, tillsKey), { error: 'invalid_grant' })
await assert.rejects(client.refreshTokenGrant(till, kept.refresh_token, {}, tillsKey), { error: 'invalid_grant' })
passed('a device, and its code used twice')

const ledgersKey = await keyOf(clients.ledger.private_key)
const ledger = await discovered('ledger', client.PrivateKeyJwt(ledgersKey))
client.useJwtResponseMode(ledger)
const held = { DPoP: client.getDPoPHandle(ledger, await client.randomDPoPKeyPair('ES256')) }
const details = [{ type: 'payment', amount: '12.50 EUR', payee: 'The shop' }]
const checks = { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState() }
const { searchParams } = await client.buildAuthorizationUrlWithJAR(ledger, {
  redirect_uri: clients.ledger.redirect_uri,
  scope: 'orders.read payments.write',
  authorization_details: JSON.stringify(details),
  resource: `${origin}/shop`,
  state: checks.expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  code_challenge_method: 'S256',
}, ledgersKey)
const pushed = await client.buildAuthorizationUrlWithPAR(ledger, searchParams, held)
const answer = await browse('alice', pushed, clients.ledger.redirect_uri)
assert.deepEqual([...answer.searchParams.keys()], ['response'])
const paid = await client.authorizationCodeGrant(ledger, answer, checks, undefined, held)
secret(paid.access_token, paid.refresh_token)
assert.deepEqual(paid.authorization_details, details)
const seen = await client.fetchProtectedResource(ledger, paid.access_token, orders('alice'), 'GET', null, null, held)
assert.equal(seen.status, 200)
const goesOn = await client.refreshTokenGrant(ledger, paid.refresh_token, {}, held)
secret(goesOn.access_token)
assert.equal(goesOn.refresh_token, undefined)
await assert.rejects(client.tokenIntrospection(ledger, paid.access_token), { error: 'invalid_request' })
await assert.rejects(signIn(ledger, 'ledger', 'alice', 'orders.read', {}, true, held.DPoP), { error: 'invalid_request' })
passed('the FAPI 2.0 profile: a request that is signed and pushed, details, a signed answer, a bound token, a token kept')

const signs = { introspection_signed_response_alg: 'ES256' }
const heeding = await client.discovery(new URL(origin), 'ledger', signs, client.PrivateKeyJwt(ledgersKey))
assert.equal((await client.tokenIntrospection(heeding, goesOn.access_token)).active, true)
passed('what is said of its tokens is signed')

const stock = await discovered('stock', client.ClientSecretBasic(clients.stock.secret))
const counted = await client.clientCredentialsGrant(stock, { scope: 'orders.read' })
secret(counted.access_token)
await assert.rejects(client.clientCredentialsGrant(stock, { scope: 'reports.read' }), { error: 'invalid_scope' })
passed('client credentials with client_secret_basic')

const billing = await discovered('billing', client.PrivateKeyJwt(await keyOf(clients.billing.private_key)))
const signed = await client.clientCredentialsGrant(billing, { scope: 'reports.read' })
secret(signed.access_token)
const report = await client.fetchProtectedResource(
  billing, signed.access_token, new URL(`${origin}/v1/reports/sales`), 'GET',
)
assert.equal(report.status, 200)
passed('client credentials with private_key_jwt')

const harbour = await discovered('harbour', client.None())
const exchanged = (key) => client.genericGrantRequest(harbour, 'urn:ietf:params:oauth:grant-type:token-exchange', {
  subject_token: key,
  subject_token_type: 'urn:ostiary:params:oauth:token-type:api-key',
})
const forKey = await exchanged(clients.harbour.api_key)
secret(forKey.access_token)
assert.equal(forKey.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token')
assert.equal(forKey.refresh_token, undefined)
const sales = new URL(`${origin}/v1/reports/sales`)
assert.equal((await client.fetchProtectedResource(harbour, forKey.access_token, sales, 'GET')).status, 200)
await assert.rejects(exchanged(`${clients.harbour.api_key}x`), { error: 'invalid_request' })
passed('an API key exchanged for a short token')

const wrong = await discovered('stock', client.ClientSecretBasic('not the secret of this client'))
await assert.rejects(client.clientCredentialsGrant(wrong, {}), { status: 401 })
passed('a wrong secret')

done()
