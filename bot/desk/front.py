"""The pages before the desk: signing in, and the notice that it cannot be opened."""

import html
from typing import Literal

from starlette.requests import HTTPConnection

from bot.desk.texts import Texts
from bot.messages import Language

LANGUAGE_COOKIE = "wenjing_desk_language"
THEME_COOKIE = "wenjing_desk_theme"
Theme = Literal["auto", "light", "dark"]
_THEMES: dict[str, Theme] = {"light": "light", "dark": "dark"}


def language_of(connection: HTTPConnection) -> Language:
    """The interface's language; Chinese unless the browser was told otherwise."""
    return "en" if connection.cookies.get(LANGUAGE_COOKIE) == "en" else "zh"


def theme_of(connection: HTTPConnection) -> Theme:
    """Light, dark, or as the system is set."""
    theme = connection.cookies.get(THEME_COOKIE)
    return _THEMES.get(theme or "", "auto")


def sign_in_page(connection: HTTPConnection, *, message: str = "", login: str = "") -> str:
    """A plain form: it works without scripts, and no live connection is open to strangers."""
    texts = Texts(language_of(connection))
    other = "zh" if texts.language == "en" else "en"
    notice = f'<p class="notice" role="alert">{html.escape(message)}</p>' if message else ""
    return _page(
        connection,
        texts,
        f"""
<form class="card" method="post" action="/sign-in">
  <h1><span class="mark" aria-hidden="true">警</span>
    <span>{texts["product"]}<small>{texts["desk"]}</small></span></h1>
  {notice}
  <label>{texts["login"]}
    <input name="login" autocomplete="username" autocapitalize="none" spellcheck="false"
      maxlength="64" required value="{html.escape(login)}" {"" if login else "autofocus"}></label>
  <label>{texts["password"]}
    <input name="password" type="password" autocomplete="current-password"
      maxlength="200" required {"autofocus" if login else ""}></label>
  <button>{texts["sign_in"]}</button>
  <footer>{texts["monitored"]}
    <a href="/preferences?language={other}&amp;back=/sign-in">{texts["other_language"]}</a></footer>
</form>""",
    )


def unavailable_page(connection: HTTPConnection) -> str:
    """Says that the desk cannot be opened, and tries again by itself."""
    texts = Texts(language_of(connection))
    body = f'<main class="card"><p class="notice">{texts["unavailable_page"]}</p></main>'
    return _page(connection, texts, body, head='<meta http-equiv="refresh" content="5">')


def _page(connection: HTTPConnection, texts: Texts, body: str, *, head: str = "") -> str:
    language = "zh-CN" if texts.language == "zh" else "en"
    return f"""<!doctype html>
<html lang="{language}" data-theme="{theme_of(connection)}">
<head><meta charset="utf-8"><title>{texts["title"]}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="/static/icon.svg"><link rel="stylesheet" href="/static/front.css">
{head}</head>
<body>{body}</body></html>"""
