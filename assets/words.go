// Package assets holds what the programs carry with them: icons, fonts, translations and the built-in
// configuration.
package assets

import "embed"

// Translations holds one file a language, in the folder "translations": en.json and zh-Hans.json.
//
//go:embed translations/*.json
var Translations embed.FS

// ChineseFont holds the Chinese characters of GB 2312 and their punctuation, and no others; see
// fonts/README.md.
//
//go:embed fonts/DroidSansFallback-GB2312.ttf
var ChineseFont []byte
