"""One article in the markup of several kinds of sites, with what stands around it there."""
# ruff: noqa: E501 - markup as sites write it, however long

from __future__ import annotations

ARTICLE = """<p>Port Alba, 3 March 2021 – The Harbour Office opened a waiting hall for 240 ferry passengers on Wednesday, together with the Ministry of Transport.</p>
<p>“Nobody should wait in the rain for six hours,” said Mira Tolan, Head of the Office.</p>
<h2>What the hall offers</h2>
<ul><li>Seats for 240 people</li><li>A desk of the <a href="/our-work/health">health service</a></li><li>Free water</li></ul>
<table><thead><tr><th>Day</th><th>Hours</th></tr></thead><tbody><tr><td>Monday to Friday</td><td>09:00–17:00</td></tr><tr><td>Saturday</td><td>10:00–13:00</td></tr></tbody></table>
<p>For more information call <a href="tel:+1112223333">+111 222 3333</a> or write to <a href="mailto:desk@harbour.example">desk@harbour.example</a>.</p>
<p>The Kingdom of Norland paid for the building.</p>"""

ARTICLE_AR = """<p>القاهرة، 3 مارس 2021 – افتتح مكتب الميناء قاعة انتظار تتسع لـ 240 مسافراً يوم الأربعاء.</p>
<h2>ماذا تقدم القاعة</h2><ul><li>مقاعد لـ 240 شخصاً</li><li>مكتب الخدمة الصحية</li></ul>
<table><tbody><tr><td><strong>الجهة</strong></td><td><strong>الخط الساخن</strong></td></tr>
<tr><td>المجلس القومي للمرأة</td><td>15115</td></tr>
<tr><td>المجلس القومي لحقوق الإنسان</td><td>15508</td></tr></tbody></table>
<p>للاستفسار اتصلوا بمكتب الميناء على الرقم 111222333.</p>"""
TEXT_AR = """القاهرة، 3 مارس 2021 – افتتح مكتب الميناء قاعة انتظار تتسع لـ 240 مسافراً يوم الأربعاء.

## ماذا تقدم القاعة

- مقاعد لـ 240 شخصاً
- مكتب الخدمة الصحية

- الجهة: المجلس القومي للمرأة; الخط الساخن: 15115
- الجهة: المجلس القومي لحقوق الإنسان; الخط الساخن: 15508

للاستفسار اتصلوا بمكتب الميناء على الرقم 111222333."""
ARABIC = f"""<html lang="ar" dir="rtl"><head><title>قاعة انتظار جديدة في الميناء | مكتب الميناء</title>
<meta property="og:site_name" content="مكتب الميناء"></head><body>
<div class="header-top"><a href="/en">English</a> <a href="/ar">العربية</a></div>
<header class="site-header"><h1 class="logo"><a href="/ar">مكتب الميناء</a></h1>
<ul class="main-menu"><li><a href="/ar/about">من نحن</a></li><li><a href="/ar/news">الأخبار</a></li></ul></header>
<div id="wrapper" class="two-sidebars"><h2 class="node-title">قاعة انتظار جديدة في الميناء</h2>
<div class="submitted">نشر في 3 مارس 2021</div>
<div class="node-content">{ARTICLE_AR}</div>
<p><a href="/ar/news">العودة إلى الأخبار</a></p>
<div class="block-latest"><h3>أخبار أخرى</h3>
<div class="row"><h4><a href="/ar/1">عبارة جديدة إلى نورلاند</a></h4><span>2 مارس 2021</span></div>
<div class="row"><h4><a href="/ar/2">متطوعون يدهنون الرصيف</a></h4><span>1 مارس 2021</span></div></div></div>
<div class="footer"><p>جميع الحقوق محفوظة لمكتب الميناء 2024</p></div></body></html>"""

THEMES: dict[str, str] = {}
THEMES[
    "drupal-classy"
] = f"""<!DOCTYPE html><html lang="en" dir="ltr" prefix="og: https://ogp.me/ns#"><head><meta charset="utf-8"/><title>Port Alba Opens a Waiting Hall | Harbour Office</title></head>
<body class="path-node page-node-type-news"><a href="#main-content" class="visually-hidden focusable skip-link">Skip to main content</a>
<div class="dialog-off-canvas-main-canvas"><div class="layout-container">
<header role="banner"><div class="region region-header"><div id="block-branding"><a href="/">Harbour Office</a><div class="site-slogan">Helping travellers since 1987.</div></div></div></header>
<div class="region region-primary-menu"><nav role="navigation" id="block-main-menu"><h2 class="visually-hidden">Main navigation</h2><ul class="menu"><li><a href="/about">About us</a></li><li><a href="/news">News</a></li></ul></nav></div>
<div class="region region-breadcrumb"><nav class="breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ol></nav></div>
<main role="main"><a id="main-content" tabindex="-1"></a><div class="layout-content"><div class="region region-content">
<div data-drupal-messages-fallback class="hidden"></div>
<div id="block-page-title" class="block block-core block-page-title-block"><h1 class="page-title"><span class="field field--name-title">Port Alba Opens a Waiting Hall</span></h1></div>
<div id="block-content" class="block block-system"><article role="article" data-history-node-id="12" class="node node--type-news node--view-mode-full">
<footer class="node__meta"><article typeof="schema:Person" class="profile"></article><div class="node__submitted">Submitted by <span>editor</span> on <span>Wed, 03/03/2021 - 10:30</span></div></footer>
<div class="node__content"><div class="field field--name-field-date field--type-datetime field--label-inline"><div class="field__label">Date</div><div class="field__item"><time datetime="2021-03-03T12:00:00Z">3 March 2021</time></div></div>
<div class="clearfix text-formatted field field--name-body field__item">{ARTICLE}</div>
<div class="field field--name-field-tags field--label-above"><div class="field__label">Tags</div><div class="field__items"><div class="field__item"><a href="/tags/ferries" hreflang="en">Ferries</a></div><div class="field__item"><a href="/tags/halls" hreflang="en">Halls</a></div></div></div>
<ul class="links inline"><li class="comment-forbidden"><a href="/user/login">Log in</a> to post comments</li></ul></div></article></div>
<div class="views-element-container block block-views" id="block-views-latest"><h2>Latest updates</h2><div><div class="view view-latest"><div class="view-content">
<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="/news/1">A new ferry to Norland takes 400 passengers</a></span></div><div class="views-field views-field-created"><span class="field-content">2 March 2021</span></div></div>
<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="/news/2">Volunteers paint the old pier</a></span></div><div class="views-field views-field-created"><span class="field-content">28 February 2021</span></div></div>
<div class="views-row"><div class="views-field views-field-title"><span class="field-content"><a href="/news/3">Annual report of the office is out</a></span></div><div class="views-field views-field-created"><span class="field-content">20 February 2021</span></div></div>
</div></div></div></div>
</div></div></main><footer role="contentinfo"><div class="region region-footer"><p>© 2024 Harbour Office. 12 Quay Street, Port Alba.</p></div></footer></div></div></body></html>"""
THEMES[
    "bootstrap-no-main"
] = f"""<html lang="en"><head><title>Port Alba Opens a Waiting Hall - Harbour Office</title><meta property="og:site_name" content="Harbour Office"></head><body>
<div class="topnav"><a href="/">Home</a> <a href="/a">About</a> <a href="/n">News</a> <a href="/c">Contact</a></div>
<div class="hero"><div class="container"><h1>Port Alba Opens a Waiting Hall</h1><div class="date">03 Mar 2021</div></div></div>
<div class="container"><div class="row"><div class="col-md-8 content-area">{ARTICLE}
<div class="share-links">Share: <a href="https://fb.example">Facebook</a> <a href="https://x.example">X</a></div></div>
<div class="col-md-4"><h3>Latest news</h3><ul><li><a href="/news/1">A new ferry to Norland takes 400 passengers</a></li><li><a href="/news/2">Volunteers paint the old pier again</a></li><li><a href="/news/3">Annual report of the office is out</a></li></ul><h3>Contact the desk</h3><p>12 Quay Street, Port Alba. Open from 9 to 5.</p></div></div></div>
<div class="site-footer"><p>The Harbour Office helps travellers with their papers and has done so since 1987.</p><p>© 2024 Harbour Office</p></div></body></html>"""
THEMES[
    "wordpress"
] = f"""<html lang="en-US"><head><title>Port Alba Opens a Waiting Hall – Harbour Office</title><meta property="og:site_name" content="Harbour Office"><meta property="article:published_time" content="2021-03-03T08:00:00+00:00"></head><body class="post-template-default single"><div id="page" class="site">
<header id="masthead" class="site-header"><p class="site-title"><a href="/">Harbour Office</a></p><p class="site-description">Helping travellers since 1987.</p><nav id="site-navigation"><ul><li><a href="/about">About</a></li></ul></nav></header>
<div id="content" class="site-content"><div id="primary" class="content-area"><main id="main" class="site-main"><article id="post-1" class="post hentry"><header class="entry-header"><h1 class="entry-title">Port Alba Opens a Waiting Hall</h1><div class="entry-meta"><span class="posted-on">Posted on <a href="/2021/03"><time class="entry-date published" datetime="2021-03-03T08:00:00+00:00">March 3, 2021</time></a></span><span class="byline"> by <a href="/author/x">Desk</a></span></div></header><div class="entry-content">{ARTICLE}</div><footer class="entry-footer"><span class="cat-links">Posted in <a href="/c/news">News</a></span></footer></article>
<nav class="navigation post-navigation"><div class="nav-links"><div class="nav-previous"><a href="/p">Previous Post Volunteers paint the old pier</a></div></div></nav>
<section class="related-posts"><h3>You may also like</h3><div class="related-post"><a href="/q"><img src="a.jpg" alt="A ferry at the pier with 400 people"></a><h4><a href="/q">A new ferry to Norland</a></h4><p>The ferry takes 400 passengers and sails twice a day in summer.</p></div><div class="related-post"><h4><a href="/r">Volunteers paint</a></h4><p>They used 40 litres of paint and two days.</p></div></section>
<div id="comments" class="comments-area"><h2>Leave a Reply</h2><form><p>Your email address will not be published.</p></form></div></main></div>
<aside id="secondary" class="widget-area"><section class="widget"><h2>Recent Posts</h2><ul><li><a href="/p">Volunteers paint the old pier</a></li></ul></section></aside></div>
<footer id="colophon" class="site-footer"><div class="site-info">Proudly powered by WordPress</div></footer></div></body></html>"""
THEMES[
    "un-style"
] = f"""<html lang="en"><head><title>Port Alba Opens a Waiting Hall | United Harbours in Port Alba</title><script type="application/ld+json">{{"@context":"https://schema.org","@graph":[{{"@type":"NewsArticle","headline":"Port Alba Opens a Waiting Hall","datePublished":"2021-03-03T10:00:00+0200","dateModified":"2021-03-04"}}]}}</script></head><body>
<div class="ribbon"><div class="container">Welcome to the United Harbours</div></div>
<div class="off-canvas"><ul class="menu accordion-menu"><li><a href="/about">About</a><ul><li><a href="/about/hc">Harbour Coordinator</a></li></ul></li></ul></div>
<section class="breadcrumb-section"><ul><li><a href="/">Home</a></li><li>Port Alba Opens a Waiting Hall</li></ul></section>
<div id="content"><div class="node-article full"><div class="article-head"><span class="type">Press Release</span><h1>Port Alba Opens a Waiting Hall</h1><div class="article-date">03 March 2021</div><p class="lead"></p></div>
<div class="figure-wrap"><img src="/x.jpg" alt="Photo: © Harbour Office"><div class="caption">Caption: Passengers in the new hall, March 2021. Photo: © HO/Mira T.</div></div>
<div class="paragraph paragraph--type--text">{ARTICLE}</div>
<div class="uh-entities"><h2>UH entities involved in this initiative</h2><div class="entity"><div>HO</div><div>Harbour Office</div></div></div>
<div class="goals"><h2>Goals we are supporting through this initiative</h2><a href="/sdg/3"><img alt="Good Health" src="s.png"></a></div></div></div>
<div class="region-footer-wrapper"><h3>Harbour Offices</h3><ul><li><a href="/x">United Harbours headquarters</a></li><li><a href="/y">Careers in the family of harbours</a></li><li><a href="/z">Report fraud, abuse, misconduct</a></li></ul></div></body></html>"""
THEMES[
    "paragraphs-sidebar"
] = f"""<html lang="en"><head><title>Port Alba Opens a Waiting Hall | HO</title></head><body><div id="page-wrapper"><div id="page">
<header id="header" class="header" role="banner"><section class="region region-top-header row"><div class="block">Emergency line 999</div></section></header>
<div id="main-wrapper" class="layout-main-wrapper container"><div id="main"><div class="row row-offcanvas"><main class="main-content col" id="content" role="main"><section class="section"><a id="main-content"></a>
<h1 class="title">Port Alba Opens a Waiting Hall</h1><article class="node node--type-story"><div class="node__content clearfix"><div class="field">{ARTICLE}</div>
<div class="field field--name-field-related field--label-above"><div class="field__label">Related content</div><div class="field__items"><div class="field__item"><article class="node--view-mode-teaser"><div class="node__content"><h3><a href="/s/1"><span>A new ferry to Norland</span></a></h3><div class="field--name-body"><p>The ferry takes 400 passengers and sails twice a day.</p></div><ul class="links"><li><a href="/s/1">Read more</a></li></ul></div></article></div><div class="field__item"><article class="node--view-mode-teaser"><h3><a href="/s/2">Volunteers paint</a></h3><p>They used 40 litres of paint.</p></article></div></div></div>
<div class="field field--name-field-documents"><div class="field__label">Documents</div><div class="field__item"><span class="file file--mime-application-pdf"><a href="/sites/default/files/hall.pdf" type="application/pdf">Plan of the hall (PDF)</a></span> (1.2 MB)</div></div>
</div></article></section></main>
<div class="sidebar_second sidebar col-md-3 order-last" id="sidebar_second"><aside class="section" role="complementary"><div class="block"><h2>Quick facts</h2><p>The office has 40 staff.</p></div></aside></div></div></div></div>
<footer class="site-footer"><div class="container"><p>All rights reserved.</p></div></footer></div></div></body></html>"""
