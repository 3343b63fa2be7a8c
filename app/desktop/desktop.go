// Package desktop asks of the desktop what Fyne does not offer. It holds no Fyne.
package desktop
