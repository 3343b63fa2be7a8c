package assets

import _ "embed"

// Glyph is the mark alone, in one colour named currentColor: what the tray shows while nothing happens.
//
//go:embed icons/glyph.svg
var Glyph []byte

// Icon is the mark on its ground, for windows and launchers. Fyne's packager cannot read it and takes
// icons/afterglow.png, which is drawn from it.
//
//go:generate go test -run TestIconPictureIsOfItsSource . -args -update
//go:embed icons/afterglow.svg
var Icon []byte
