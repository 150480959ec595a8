// Package one has the same name as another.
package one

// Item is one of another package.
type Item struct{ G int }
