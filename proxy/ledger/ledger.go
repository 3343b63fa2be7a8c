// Package ledger keeps a row for every call in a SQLite database.
package ledger
