// Package credential keeps what vendors are called with beyond keys in the configuration: where secrets are
// ([Store]), how a user signs in ([GitHub], [Google]), what is exchanged for what ([Exchange]), and
// who is signed in at this moment ([Keeper]).
//
// A secret is a config.Secret wherever it can be formatted, and plain text only on its way into the
// keyring, the file, or a request.
package credential
