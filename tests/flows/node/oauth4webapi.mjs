// oauth4webapi: the same on a lower level, and a resource server's view of access tokens and resource metadata.
import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { browse, done, facts, keyOf, letIn, passed, secret } from './told.mjs'

const { origin, people, clients } = facts
const issuer = new URL(origin)
const orders = (login) => new URL(`${origin}/v1/users/${people[login].subject}/orders`)

const viaOpenid = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer))
const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oauth2' }))
assert.equal(as.token_endpoint, viaOpenid.token_endpoint)
assert.equal(as.authorization_response_iss_parameter_supported, true)
passed('discovery, OpenID and RFC 8414')

const resource = new URL(`${origin}/shop`)
const server = await oauth.processResourceDiscoveryResponse(resource, await oauth.resourceDiscoveryRequest(resource))
assert.deepEqual(server.authorization_servers, [origin])
passed('protected resource metadata')

async function signIn(name, auth, login, scope) {
  const client = { client_id: name }
  const redirect_uri = clients[name].redirect_uri
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const nonce = oauth.generateRandomNonce()
  const url = new URL(as.authorization_endpoint)
  url.search = new URLSearchParams({
    client_id: name,
    redirect_uri,
    response_type: 'code',
    scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  })
  const back = await browse(login, url, redirect_uri)
  const parameters = oauth.validateAuthResponse(as, client, back, state)
  const asked = () => oauth.authorizationCodeGrantRequest(as, client, auth, parameters, redirect_uri, verifier)
  const response = await asked()
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, {
    expectedNonce: nonce,
    requireIdToken: true,
  })
  await oauth.validateApplicationLevelSignature(as, response)
  secret(verifier, tokens.access_token, tokens.refresh_token, tokens.id_token)
  return { client, tokens, asked }
}

const basic = oauth.ClientSecretBasic(clients.storefront.secret)
const { client, tokens, asked } = await signIn('storefront', basic, 'alice', 'openid email orders.read')
passed('code with PKCE, state, nonce, iss, signed ID token')

const request = new Request(orders('alice'), { headers: { authorization: `Bearer ${tokens.access_token}` } })
const claims = await oauth.validateJwtAccessToken(as, request, `${origin}/shop`)
assert.equal(claims.sub, people.alice.subject)
assert.equal(claims.tenant, people.alice.tenant)
assert.deepEqual(claims.roles, people.alice.roles)
await assert.rejects(oauth.validateJwtAccessToken(as, request, `${origin}/another`))
passed('the access token as RFC 9068 has it')

const told = await oauth.processUserInfoResponse(
  as, client, people.alice.subject, await oauth.userInfoRequest(as, client, tokens.access_token),
)
assert.equal(told.email, 'alice@north.example')
passed('userinfo')

const own = await oauth.protectedResourceRequest(tokens.access_token, 'GET', orders('alice'))
assert.equal(own.status, 200)
await assert.rejects(oauth.protectedResourceRequest('not.a.token', 'GET', orders('alice')), (error) => {
  const [challenge] = error.cause
  assert.equal(challenge.parameters.error, 'invalid_token')
  assert.equal(challenge.parameters.resource_metadata, `${origin}/.well-known/oauth-protected-resource/shop`)
  return true
})
passed('the API, and its challenge')

const renewed = await oauth.processRefreshTokenResponse(
  as, client, await oauth.refreshTokenGrantRequest(as, client, basic, tokens.refresh_token),
)
const again = await oauth.processRefreshTokenResponse(
  as, client, await oauth.refreshTokenGrantRequest(as, client, basic, tokens.refresh_token),
)
secret(renewed.access_token, renewed.refresh_token, renewed.id_token, again.access_token, again.id_token)
assert.equal(again.refresh_token, renewed.refresh_token)
passed('refresh, and the same successor where the answer was lost')

const replayed = await asked()
assert.equal(replayed.status, 400)
const dead = await oauth.processIntrospectionResponse(
  as, client, await oauth.introspectionRequest(as, client, basic, again.access_token),
)
assert.equal(dead.active, false)
passed('a code used twice revokes what it brought')

const { tokens: others } = await signIn('storefront', basic, 'bob', 'openid orders.read')
const about = await oauth.introspectionRequest(as, client, basic, others.access_token, { requestJwtResponse: true })
const living = await oauth.processIntrospectionResponse(as, client, about)
await oauth.validateApplicationLevelSignature(as, about)
assert.equal(living.active, true)
assert.equal(living.sub, people.bob.subject)
passed('a signed answer about a token')

await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, basic, others.access_token))
const gone = await oauth.processIntrospectionResponse(
  as, client, await oauth.introspectionRequest(as, client, basic, others.access_token),
)
assert.equal(gone.active, false)
passed('revocation of an access token')

const shelf = { client_id: 'shelf' }
const pages = clients.shelf.redirect_uri
const DPoP = oauth.DPoP(shelf, await oauth.generateKeyPair('ES256'))
const retried = async (ask, read) => {
  try {
    return await read(await ask())
  } catch (error) {
    assert.ok(oauth.isDPoPNonceError(error), error)
    return read(await ask())
  }
}
const proof = oauth.generateRandomCodeVerifier()
const shown = new URL(as.authorization_endpoint)
shown.search = new URLSearchParams({
  client_id: 'shelf',
  redirect_uri: pages,
  response_type: 'code',
  scope: 'orders.read',
  code_challenge: await oauth.calculatePKCECodeChallenge(proof),
  code_challenge_method: 'S256',
  dpop_jkt: await DPoP.calculateThumbprint(),
})
const given = oauth.validateAuthResponse(as, shelf, await browse('bob', shown, pages), oauth.expectNoState)
const bound = await retried(
  () => oauth.authorizationCodeGrantRequest(as, shelf, oauth.None(), given, pages, proof, { DPoP }),
  (response) => oauth.processAuthorizationCodeResponse(as, shelf, response),
)
secret(proof, bound.access_token, bound.refresh_token)
assert.equal(bound.token_type, 'dpop')
const answered = await retried(
  () => oauth.protectedResourceRequest(bound.access_token, 'GET', orders('bob'), undefined, undefined, { DPoP }),
  (response) => response,
)
assert.equal(answered.status, 200)
const renews = () => retried(
  () => oauth.refreshTokenGrantRequest(as, shelf, oauth.None(), bound.refresh_token, { DPoP }),
  (response) => oauth.processRefreshTokenResponse(as, shelf, response),
)
const next = await renews()
const lost = await renews()
secret(next.access_token, next.refresh_token, lost.access_token)
assert.equal(lost.refresh_token, next.refresh_token)
passed('tokens bound to a key (DPoP), a code for that key alone, and an answer that was lost')

const pocketbook = { client_id: 'pocketbook' }
const secretly = oauth.ClientSecretBasic(clients.pocketbook.secret)
const asking = {
  client_id: 'pocketbook',
  redirect_uri: clients.pocketbook.redirect_uri,
  response_type: 'code',
  scope: 'orders.read',
  code_challenge: await oauth.calculatePKCECodeChallenge(oauth.generateRandomCodeVerifier()),
  code_challenge_method: 'S256',
}
const push = async (parameters) => oauth.processPushedAuthorizationResponse(
  as, pocketbook, await oauth.pushedAuthorizationRequest(as, pocketbook, secretly, parameters),
)
const pushed = await push(asking)
secret(pushed.request_uri)
assert.equal(pushed.expires_in, 60)
await assert.rejects(push({ ...asking, redirect_uri: 'https://evil.example/' }), { error: 'invalid_request' })
const named = new URL(as.authorization_endpoint)
named.search = new URLSearchParams({ client_id: 'pocketbook', request_uri: pushed.request_uri })
const lent = oauth.validateAuthResponse(
  as, pocketbook, await browse('dave', named, asking.redirect_uri), oauth.expectNoState,
)
assert.ok(lent.get('code'))
passed('a pushed request')

const till = { client_id: 'till' }
const tillsKey = { DPoP: oauth.DPoP(till, await oauth.generateKeyPair('ES256')) }
const codes = await oauth.processDeviceAuthorizationResponse(
  as, till, await oauth.deviceAuthorizationRequest(as, till, oauth.None(), { scope: 'orders.read' }),
)
secret(codes.device_code)
const pollOnce = async () =>
  oauth.processDeviceCodeResponse(
    as, till, await oauth.deviceCodeGrantRequest(as, till, oauth.None(), codes.device_code, tillsKey),
  )
const poll = () => pollOnce().catch((error) => (oauth.isDPoPNonceError(error) ? pollOnce() : Promise.reject(error)))
await assert.rejects(poll(), { error: 'authorization_pending' })
await assert.rejects(poll(), { error: 'slow_down' })
await letIn('bob', codes.verification_uri_complete)
const atTill = await poll()
secret(atTill.access_token, atTill.refresh_token)
assert.equal(atTill.scope, 'orders.read')
const sold = await oauth.protectedResourceRequest(
  atTill.access_token, 'GET', orders('bob'), undefined, undefined, tillsKey,
)
assert.equal(sold.status, 200)
passed('a device that waits, is told to slow down, and is let in')

const state = oauth.generateRandomState()
const signedMode = new URL(as.authorization_endpoint)
signedMode.search = new URLSearchParams({
  ...asking,
  client_id: 'shelf',
  redirect_uri: pages,
  scope: 'openid orders.read',
  response_mode: 'jwt',
  state,
})
const sealed = await oauth.validateJwtAuthResponse(
  as, shelf, await browse('bob', signedMode, pages), state,
)
assert.ok(sealed.get('code'))
passed('a signed authorization response')

const billing = { client_id: 'billing' }
const signs = oauth.PrivateKeyJwt(await keyOf(clients.billing.private_key))
const signed = await oauth.processClientCredentialsResponse(
  as, billing, await oauth.clientCredentialsGrantRequest(as, billing, signs, { scope: 'reports.read' }),
)
secret(signed.access_token)
const report = await oauth.protectedResourceRequest(signed.access_token, 'GET', new URL(`${origin}/v1/reports/sales`))
assert.equal(report.status, 200)
passed('client credentials with private_key_jwt')

done()
