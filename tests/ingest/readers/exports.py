# ruff: noqa: E501 - an export has one paragraph per line, however long
"""Exported pages written for the tests: the header of the site, then articles of many kinds."""

from __future__ import annotations

HEAD_EN = """-
Who We Are
WHO WE AREThe Harbour Office for Travellers (HOT) is part of the family of coastal agencies and helps people move safely. HOT has had a desk in Port Alba since 1987.
About
About
IOM Global
IOM Global
-
OUR WORK
Our WorkAs the oldest agency of the coast, HOT works with ministries and with civil society across Port Alba.
Cross-cutting (Global)
Cross-cutting (Global)
- Data and Resources
- Take Action
- 2030 Agenda
"""
FRAME_EN = (
    "The Harbour Office for Travellers (HOT) is part of the family of coastal agencies and helps "
    "people move safely. HOT has had a desk in Port Alba since 1987.",
    "As the oldest agency of the coast, HOT works with ministries and with civil society across "
    "Port Alba.",
)
HEAD_AR = """-
من نحن
من نحنمكتب المسافرين في الميناء جزء من أسرة الوكالات الساحلية ويساعد الناس على السفر الآمن. وللمكتب حضور في المدينة منذ عام 1987.
عن المنظمة
عن المنظمة
المنظمة في العالم
المنظمة في العالم
-
عملنا
عملنابصفته أقدم وكالة على الساحل يعمل المكتب مع الوزارات والمجتمع المدني في أنحاء المدينة.
قضايا شاملة (عالمية)
قضايا شاملة (عالمية)
- البيانات والموارد
- بادر بالعمل
- خطة 2030
"""
FRAME_AR = (
    "مكتب المسافرين في الميناء جزء من أسرة الوكالات الساحلية ويساعد الناس على السفر الآمن. "
    "وللمكتب حضور في المدينة منذ عام 1987.",
    "بصفته أقدم وكالة على الساحل يعمل المكتب مع الوزارات والمجتمع المدني في أنحاء المدينة.",
)

# name: (title, what is printed for it, article lines, what follows)
ARTICLES: dict[str, tuple[str, str, str, str]] = {
    "press release with quotes": (
        "Port Alba Opens a Waiting Hall for Ferry Passengers",
        "Port Alba Opens a Waiting Hall for Ferry Passengers\nNews\nLocal\n3 March 2021",
        """Port Alba, 3 March 2021 – The Harbour Office opened a waiting hall for 240 ferry passengers on Wednesday, together with the Ministry of Transport.
“Nobody should wait in the rain for six hours,” said Mira Tolan, Head of the Office.
The hall was built in eleven months.
“We will run it with volunteers,” she added.
The Kingdom of Norland paid for the building.""",
        "Related Documents\nShare this page\nFacebook\nX\nLinkedIn",
    ),
    "title three times with labels": (
        "Ferry Timetables Now in Four Languages",
        "Ferry Timetables Now in Four Languages\nFerry Timetables Now in Four Languages\nNews / Local\nFerry Timetables Now in Four Languages",
        """Since Monday the timetables of all nine ferry lines have been printed in four languages, the Harbour Office said.
Passengers find them at every pier.""",
        "Related Documents",
    ),
    "labels glued to the title": (
        "Ninety Skippers Learn First Aid",
        "Ninety Skippers Learn First AidNews Local",
        """Ninety skippers from six harbours finished a first-aid course on 14 May in the town hall of Port Alba.
The course took three days.""",
        "Related Documents",
    ),
    "one paragraph": (
        "Lighthouse Tour Postponed",
        "News\nLocal\nLighthouse Tour Postponed\nLighthouse Tour Postponed",
        "The tour of the old lighthouse planned for Friday has been moved to 9 June because of the storm, the Harbour Office announced today.",
        "Related Documents",
    ),
    "speech": (
        "Opening Speech at the Coastal Forum",
        "Opening Speech at the Coastal Forum\nDate Published: 12 October 2019",
        """Your Excellencies, dear colleagues,
It is an honour to open this forum in the city where our work began thirty years ago and where so many of you have friends.
Let me make three points.
First, safe piers save lives. Second, people need information in their own language. Third, none of us can do this alone.
Thank you.""",
        "Related Documents",
    ),
    "project sheet": (
        "Safe Piers for Small Harbours (SPSH)",
        "Safe Piers for Small Harbours (SPSH)",
        """Context
Small harbours have had no money for repairs since 2009, and eleven piers had to be closed to passengers in one year.
Donor: Kingdom of Norland
Duration: January 2018 to June 2020
Budget: NOK 4 million
Expected results
- eleven piers are open again
- 60 harbour masters are trained
- a manual is printed in two languages""",
        "Related Documents",
    ),
    "vacancy": (
        "VN/ALB/2020/07 Ferry Assistant (Night Shift)",
        "VN/ALB/2020/07 Ferry Assistant (Night Shift)\nVacancy",
        """Position Title: Ferry Assistant
Duty Station: Port Alba
Classification: G3
Type of Appointment: Fixed term, one year
Closing Date: 30 April 2020
Under the supervision of the harbour master, the assistant welcomes passengers and checks tickets at night.
Qualifications
- secondary school certificate
- two years of experience with passengers""",
        "Related Documents",
    ),
    "questions and answers": (
        "Lost Luggage Service",
        "Lost Luggage Service\nLost Luggage Service",
        """The luggage desk helps passengers who lost a bag on one of our ferries.
Who can use the service?
Anyone who travelled on a ferry of the harbour in the last 30 days can use the service.
What do I need to bring?
- your ticket
- a description of the bag
Is it free?
Yes. The service is free, and nobody may ask you for money.""",
        "Related Documents\nFollow us",
    ),
    "press contact at the end": (
        "Harbour Office and Fishers Sign an Agreement",
        "Harbour Office and Fishers Sign an Agreement\nPress Release",
        """The Harbour Office and the Union of Fishers signed an agreement on Tuesday that gives fishers access to eleven piers.
The agreement runs until 2025.""",
        "For more information, please contact Jo Doe at the Harbour Office, Tel: +99 5 5550 1234, Email: press@harbour.example\nRelated Documents",
    ),
    "list in the middle": (
        "What the Coastal Survey Found",
        "What the Coastal Survey Found\nNews\n7 August 2022",
        """The survey of 2,410 passengers shows how people travel along the coast and what they miss most.
The four largest groups are:
- Norlanders: 41 per cent
- Eastlanders: 22 per cent
- Islanders: 18 per cent
- others: 19 per cent
Numbers have climbed since 2019, when the last survey was made, and are likely to grow.""",
        "Related News\nHarbour Day 2021\nFerry Timetables Now in Four Languages",
    ),
}
ARTICLES_AR: dict[str, tuple[str, str, str, str]] = {
    "خبر": (
        "الميناء يفتتح صالة انتظار لركاب العبارات",
        "الميناء يفتتح صالة انتظار لركاب العبارات\nأخبار\nمحلي\n3 مارس 2021",
        """الميناء، 3 مارس 2021 – افتتح مكتب الميناء يوم الأربعاء صالة انتظار تتسع لمئتين وأربعين راكباً بالتعاون مع وزارة النقل.
وقالت رئيسة المكتب ميرا تولان إن أحداً لن ينتظر تحت المطر بعد اليوم.
واستغرق البناء أحد عشر شهراً.""",
        "وثائق ذات صلة\nشارك الصفحة",
    ),
    "خدمة": (
        "خدمة الأمتعة المفقودة",
        "خدمة الأمتعة المفقودة\nخدمة الأمتعة المفقودة",
        """يساعد المكتب الركاب الذين فقدوا حقيبة على متن إحدى العبارات خلال الشهر الماضي.
من يمكنه استخدام الخدمة؟
يمكن لكل من سافر على متن عبارة خلال ثلاثين يوماً أن يستخدم الخدمة مجاناً.
- تذكرة السفر
- وصف الحقيبة""",
        "وثائق ذات صلة",
    ),
}
