package cmd_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	linkIn = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headIn = regexp.MustCompile(`(?m)^#+ (.*)$`)
	noSlug = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
)

// Every link and picture of the documents leads to a file, and where it names a heading, to that; and each page
// stands in the index.
func TestLinksOfTheDocumentsLeadSomewhere(t *testing.T) {
	pages := []string{"../README.md"}
	err := filepath.WalkDir("../docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	indexed := map[string]bool{"../README.md": true, "../docs/README.md": true}
	for _, page := range pages {
		for _, link := range linkIn.FindAllStringSubmatch(read(t, page), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			file, heading, _ := strings.Cut(link[1], "#")
			to := page
			if file != "" {
				to = filepath.Join(filepath.Dir(page), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: %s leads nowhere", page, link[1])
			} else if heading != "" && !slices.Contains(headings(read(t, to)), heading) {
				t.Errorf("%s: %s names no heading of that page", page, link[1])
			}
			indexed[to] = indexed[to] || page == "../docs/README.md"
		}
	}
	for _, page := range pages {
		if !indexed[page] {
			t.Errorf("%s: docs/README.md does not name it", page)
		}
	}
}

// headings are the names that links have for a page's headings.
func headings(text string) (all []string) {
	for _, head := range headIn.FindAllStringSubmatch(text, -1) {
		plain := noSlug.ReplaceAllString(strings.ToLower(head[1]), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
