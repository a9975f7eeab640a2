"""Rebuild (再構築): a projection's tables made anew from the log, beside those that are read, compared with them and put in their place.

``runner`` leads one rebuild through its states; ``worker`` processes load; ``join`` brings what was loaded to the live positions;
``compare`` says whether old and new are equal; ``switch`` changes what is read, there and back. Every step may be killed and resumed.
"""
